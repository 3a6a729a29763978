namespace Coco.Tee;

/// <summary>The TEE that this program runs in.</summary>
public interface ITeePlatform
{
    /// <summary>As in the constitution's TEE manifest.</summary>
    string Name { get; }

    /// <summary>False: the machine's owner can read and change everything (the software platform).</summary>
    bool IsProtected { get; }

    /// <summary>Of this program, as its evidence says it.</summary>
    ReadOnlyMemory<byte> Measurement { get; }

    /// <summary>Evidence with these 64 bytes in it.</summary>
    Evidence Produce(ReadOnlySpan<byte> reportData);
}
