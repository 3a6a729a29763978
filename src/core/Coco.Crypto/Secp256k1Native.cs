using System.Runtime.InteropServices;

namespace Coco.Crypto;

/// <summary>The functions of libsecp256k1 (its public headers, version 0.2 or later) that we call.</summary>
internal static unsafe class Secp256k1Native
{
    private const string Library = "libsecp256k1.so.1";

    /// <summary>SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY; later versions ignore the difference.</summary>
    internal const uint ContextFlags = 1 | (1 << 8) | (1 << 9);

    /// <summary>SECP256K1_EC_UNCOMPRESSED</summary>
    internal const uint Uncompressed = 2;

    internal const int PublicKeySize = 64;
    internal const int SignatureSize = 64;
    internal const int RecoverableSignatureSize = 65;

    [DllImport(Library, EntryPoint = "secp256k1_context_create", ExactSpelling = true)]
    internal static extern nint ContextCreate(uint flags);

    [DllImport(Library, EntryPoint = "secp256k1_context_destroy", ExactSpelling = true)]
    internal static extern void ContextDestroy(nint context);

    [DllImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_parse_compact", ExactSpelling = true)]
    internal static extern int ParseRecoverable(nint context, byte* signature, byte* compact, int recoveryId);

    [DllImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact", ExactSpelling = true)]
    internal static extern int SerializeRecoverable(nint context, byte* compact, int* recoveryId, byte* signature);

    [DllImport(Library, EntryPoint = "secp256k1_ecdsa_recover", ExactSpelling = true)]
    internal static extern int Recover(nint context, byte* publicKey, byte* signature, byte* hash);

    [DllImport(Library, EntryPoint = "secp256k1_ecdsa_sign_recoverable", ExactSpelling = true)]
    internal static extern int SignRecoverable(nint context, byte* signature, byte* hash, byte* privateKey, nint nonceFunction, nint nonceData);

    [DllImport(Library, EntryPoint = "secp256k1_ecdsa_signature_parse_compact", ExactSpelling = true)]
    internal static extern int ParseSignature(nint context, byte* signature, byte* compact);

    [DllImport(Library, EntryPoint = "secp256k1_ecdsa_verify", ExactSpelling = true)]
    internal static extern int Verify(nint context, byte* signature, byte* hash, byte* publicKey);

    [DllImport(Library, EntryPoint = "secp256k1_ec_pubkey_create", ExactSpelling = true)]
    internal static extern int CreatePublicKey(nint context, byte* publicKey, byte* privateKey);

    [DllImport(Library, EntryPoint = "secp256k1_ec_pubkey_parse", ExactSpelling = true)]
    internal static extern int ParsePublicKey(nint context, byte* publicKey, byte* encoding, nuint size);

    [DllImport(Library, EntryPoint = "secp256k1_ec_pubkey_serialize", ExactSpelling = true)]
    internal static extern int SerializePublicKey(nint context, byte* encoding, nuint* size, byte* publicKey, uint flags);
}
