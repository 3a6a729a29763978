using System.Formats.Tar;
using System.IO.Compression;
using Coco.Conformance.Import;

namespace Coco.Ledgers.Tests.Conformance;

/// <summary>The chain of the execution-apis tests, whole, and with one byte of one block changed.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Archive = "execution-apis.tar.gz";

    private readonly string _folder = Directory.CreateTempSubdirectory("coco-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [VectorFact(Archive)]
    public void A_chain_is_executed_to_the_state_of_its_head_with_which_a_new_network_begins()
    {
        (string genesis, string chain) = Unpack();
        string output = Path.Combine(_folder, "next.json");
        ImportReport report = ChainImport.Run(genesis, chain, output);
        Assert.Null(report.Problem);
        Assert.True(report.Blocks > 10 && report.Transactions > 10 && report.Gas > 0);
        // The new genesis with an empty chain: its state is the head's.
        string empty = Path.Combine(_folder, "empty.rlp");
        File.WriteAllBytes(empty, []);
        ImportReport next = ChainImport.Run(output, empty, null);
        Assert.Equal(report.Head!.StateRoot, next.Head!.StateRoot);
        Assert.Equal(0UL, next.Head.Number);
    }

    [VectorFact(Archive)]
    public void A_changed_byte_is_found_with_its_block_and_check()
    {
        (string genesis, string chain) = Unpack();
        byte[] blocks = File.ReadAllBytes(chain);
        foreach (int part in (ReadOnlySpan<int>)[3, 5, 7])
        {
            byte[] changed = [.. blocks];
            changed[blocks.Length * part / 10] ^= 1;
            string path = Path.Combine(_folder, $"changed{part}.rlp");
            File.WriteAllBytes(path, changed);
            string output = Path.Combine(_folder, $"never{part}.json");
            ImportReport report = ChainImport.Run(genesis, path, output);
            Assert.NotNull(report.Problem);
            Assert.InRange(report.Problem.Block, 1UL, 1_000UL);
            Assert.NotEqual(report.Problem.Expected, report.Problem.Actual);
            Assert.False(File.Exists(output));
        }
    }

    [Fact]
    public void Chains_of_another_consensus_are_refused_by_name()
    {
        string genesis = Path.Combine(_folder, "qbft.json");
        File.WriteAllText(genesis, """{"config":{"chainId":5,"qbft":{"epochlength":10}},"alloc":{}}""");
        ImportReport report = ChainImport.Run(genesis, genesis, null);
        Assert.Equal(new ImportProblem(0, "consensus", "proof of work or of stake", "qbft"), report.Problem);
    }

    private (string Genesis, string Chain) Unpack()
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(Vectors.PathOf(Archive)), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
            if (Path.GetFileName(entry.Name) is "genesis.json" or "chain.rlp") entry.ExtractToFile(Path.Combine(_folder, Path.GetFileName(entry.Name)), true);
        return (Path.Combine(_folder, "genesis.json"), Path.Combine(_folder, "chain.rlp"));
    }
}
