using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Encrypts and decrypts the private parts under one session key: AES-256-GCM with the key HKDF(session key, salt and term) and
/// the index as nonce. Keeps the ciphers that it used last. By one thread at a time; the session key stays the caller's, and must
/// outlive this.
/// </summary>
public sealed class EntryCipher(SecretKey sessionKey, NonceRecorder? recorder = null) : IDisposable
{
    private const string Label = "coco entry";

    private readonly List<Keyed> _recent = new(Limits.MaxCachedKeys);

    /// <summary>Writes ciphertext and tag to <paramref name="hidden"/>, 16 bytes longer than <paramref name="plaintext"/>.</summary>
    public void Seal(in EntryHeader header, in Hash256 publicDigest, ReadOnlySpan<byte> plaintext, Span<byte> hidden)
    {
        Span<byte> associated = stackalloc byte[EntryFrame.AssociatedSize];
        header.Write(associated);
        publicDigest.CopyTo(associated[EntryHeader.Size..]);
        Keyed keyed = Get(header.Salt, header.Term);
        recorder?.Invoke(keyed.Id, header.Index.Value, Sha256.Hash(plaintext));
        keyed.Cipher.Seal(new AeadNonce(header.Index), plaintext, associated, hidden[..plaintext.Length], hidden[plaintext.Length..]);
    }

    /// <summary>
    /// Decrypts into the first <see cref="EntryFrame.PlaintextLength"/> bytes; false if header, public part or private part were
    /// changed, or under another session key.
    /// </summary>
    public bool TryOpen(in EntryFrame frame, Span<byte> plaintext)
    {
        int length = frame.PlaintextLength;
        if (length == 0) return true;
        Span<byte> associated = stackalloc byte[EntryFrame.AssociatedSize];
        EntryFrame.WriteAssociated(frame.Bytes.Span, Sha256.Hash(frame.PublicPart.Span), associated);
        ReadOnlySpan<byte> hidden = frame.PrivatePart.Span;
        return Get(frame.Header.Salt, frame.Header.Term).Cipher
            .TryOpen(new AeadNonce(frame.Header.Index), hidden[..length], hidden[length..], associated, plaintext[..length]);
    }

    public void Dispose()
    {
        foreach (Keyed keyed in _recent) keyed.Cipher.Dispose();
        _recent.Clear();
    }

    /// <summary>The one used last stands last.</summary>
    private Keyed Get(EntrySalt salt, Term term)
    {
        for (int i = _recent.Count - 1; i >= 0; i--)
        {
            Keyed found = _recent[i];
            if (found.Salt != salt || found.Term != term) continue;
            if (i < _recent.Count - 1)
            {
                _recent.RemoveAt(i);
                _recent.Add(found);
            }
            return found;
        }
        return Derive(salt, term);
    }

    private Keyed Derive(EntrySalt salt, Term term)
    {
        if (_recent.Count == Limits.MaxCachedKeys)
        {
            _recent[0].Cipher.Dispose();
            _recent.RemoveAt(0);
        }
        Span<byte> material = stackalloc byte[EntrySalt.Size + sizeof(ulong)];
        salt.Write(material);
        BinaryPrimitives.WriteUInt64LittleEndian(material[EntrySalt.Size..], term.Value);
        using SecretKey key = Hkdf.Derive(sessionKey, material, Label);
        var keyed = new Keyed(salt, term, new Aead(key), recorder is null ? default : NonceRecording.KeyId(key));
        _recent.Add(keyed);
        return keyed;
    }

    private readonly record struct Keyed(EntrySalt Salt, Term Term, Aead Cipher, Hash256 Id);
}
