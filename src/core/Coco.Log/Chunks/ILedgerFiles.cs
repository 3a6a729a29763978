namespace Coco.Log;

/// <summary>The ledger's folder as a reader sees it; on the disk of a host that may give back anything. Simulated in tests.</summary>
public interface ILedgerFiles
{
    /// <summary>The names of all files, in any order.</summary>
    IReadOnlyList<string> List();

    /// <summary>The length in bytes; 0 where the file is not there.</summary>
    long Length(string file);

    /// <summary>Reads up to the length of <paramref name="destination"/>; less only at the end of the file.</summary>
    int Read(string file, long offset, Span<byte> destination);
}
