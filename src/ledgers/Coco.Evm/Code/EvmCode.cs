using System.Numerics;
using Coco.Primitives;

namespace Coco.Evm.Code;

/// <summary>Contract code, padded so that the interpreter may read past its end, and where it may be jumped to.</summary>
public sealed class EvmCode
{
    /// <summary>A PUSH32 at the very end reads 32 bytes; the byte after them is STOP.</summary>
    internal const int Padding = 40;

    /// <summary>Bytes of a delegation designator: 0xef0100 and an address (EIP-7702).</summary>
    public const int DelegationLength = 3 + Address.Size;

    private byte[] _bytes;
    private ulong[] _jumpDestinations = [];
    private bool _isAnalysed;

    internal EvmCode() => _bytes = GC.AllocateArray<byte>(Padding, pinned: true);

    public EvmCode(ReadOnlySpan<byte> code)
        : this() => Load(code);

    public static EvmCode Empty { get; } = new();

    /// <summary>keccak256 of nothing: the code hash of an account without code.</summary>
    public static Hash256 EmptyHash { get; } =
        new(Convert.FromHexString("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Pinned, with <see cref="Padding"/> zeros after the code.</summary>
    internal byte[] Padded => _bytes;

    /// <summary>Whether this is a delegation designator, and to where.</summary>
    public bool IsDelegation(out Address target)
    {
        ReadOnlySpan<byte> code = Span;
        bool is7702 = code.Length == DelegationLength && code[0] == 0xef && code[1] == 0x01 && code[2] == 0x00;
        target = is7702 ? new Address(code[3..]) : default;
        return is7702;
    }

    /// <summary>Replaces the code, keeping the buffers: for init code, which is used once.</summary>
    internal void Load(ReadOnlySpan<byte> code)
    {
        if (_bytes.Length < code.Length + Padding)
            _bytes = GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)(code.Length + Padding)), pinned: true);
        code.CopyTo(_bytes);
        _bytes.AsSpan(code.Length, Padding).Clear();
        Length = code.Length;
        _isAnalysed = false;
    }

    /// <summary>One bit for each byte of the code; set where a JUMPDEST is that is not part of a PUSH.</summary>
    internal ulong[] JumpDestinations
    {
        get
        {
            if (!_isAnalysed) Analyse();
            return _jumpDestinations;
        }
    }

    private void Analyse()
    {
        int words = (Length >> 6) + 1;
        if (_jumpDestinations.Length < words) _jumpDestinations = new ulong[words];
        else Array.Clear(_jumpDestinations);
        ReadOnlySpan<byte> code = Span;
        for (int at = 0; at < code.Length; at++)
        {
            byte op = code[at];
            if (op == (byte)Opcode.JumpDest) _jumpDestinations[at >> 6] |= 1UL << (at & 63);
            else if (op is >= (byte)Opcode.Push1 and <= (byte)Opcode.Push32) at += op - (byte)Opcode.Push1 + 1;
        }
        _isAnalysed = true;
    }
}
