namespace Coco.Ledgers.Tests.Socket;

/// <summary>Changes valid bytes a little, so that decoders are tried near what they accept.</summary>
internal static class ByteMutator
{
    public static byte[] Mutate(byte[] valid, Random random)
    {
        byte[] bytes = [.. valid];
        for (int i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--) bytes = MutateOnce(bytes, random);
        return bytes;
    }

    private static byte[] MutateOnce(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            default:
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
        }
    }
}
