namespace Coco.Log;

/// <summary>
/// What a shell does to the ledger's folder. The law: operations are carried out in the order given; a sync has reached the disk
/// before the operation after it starts; what stands before a sync is durable once it has returned. A sync of a file
/// may be left out where the next operation but writes goes to the same file and syncs it (group commit).
/// </summary>
public abstract record DiskOperation
{
    private DiskOperation()
    {
    }

    /// <summary>Writes the parts, one behind the other, from this offset on; creates the file where it is missing.</summary>
    public sealed record Write(string File, long Offset, IReadOnlyList<ReadOnlyMemory<byte>> Parts) : DiskOperation
    {
        /// <summary>All bytes.</summary>
        public long Length
        {
            get
            {
                long length = 0;
                for (int i = 0; i < Parts.Count; i++) length += Parts[i].Length;
                return length;
            }
        }
    }

    /// <summary>Cuts the file to this length.</summary>
    public sealed record Truncate(string File, long Length) : DiskOperation;

    /// <summary>Gives the file another name, in the place of a file that has it. The content was synced before.</summary>
    public sealed record Rename(string File, string To) : DiskOperation;

    public sealed record Delete(string File) : DiskOperation;

    /// <summary>fsync of the file.</summary>
    public sealed record SyncFile(string File) : DiskOperation;

    /// <summary>fsync of the folder: files made and deleted before are so for ever.</summary>
    public sealed record SyncDirectory : DiskOperation;
}
