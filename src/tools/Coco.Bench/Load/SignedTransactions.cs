using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>Transactions ready to be sent, each with its hash and the number of its sender.</summary>
public sealed class SignedTransactions
{
    private readonly byte[][] _raw;
    private readonly Hash256[] _hashes;
    private readonly int[] _senders;

    private SignedTransactions(byte[][] raw, int[] senders)
    {
        _raw = raw;
        _senders = senders;
        _hashes = new Hash256[raw.Length];
        Parallel.For(0, raw.Length, i => _hashes[i] = Keccak256.Hash(_raw[i]));
    }

    public int Count => _raw.Length;

    public ReadOnlySpan<byte> Raw(int index) => _raw[index];

    public ref readonly Hash256 HashOf(int index) => ref _hashes[index];

    /// <summary>Transactions of one sender keep their order and share a connection.</summary>
    public int SenderOf(int index) => _senders[index];

    /// <summary>Transactions that somebody else signed.</summary>
    public static SignedTransactions From(byte[][] raw, int[] senders) => new(raw, senders);

    /// <summary>Signs on all cores.</summary>
    public static SignedTransactions Sign(int count, Func<int, byte[]> sign, Func<int, int> senderOf)
    {
        byte[][] raw = new byte[count][];
        int[] senders = new int[count];
        Parallel.For(0, count, i =>
        {
            raw[i] = sign(i);
            senders[i] = senderOf(i);
        });
        return new SignedTransactions(raw, senders);
    }
}
