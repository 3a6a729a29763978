using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Coco.Manager;

namespace Coco.Enclave.Tests.Manager;

/// <summary>A large genesis file is read beside the sequencer, checked each time, and not again for a worker that has its state.</summary>
public sealed class LedgerSettingsFileTests : IDisposable
{
    private const string Genesis = """{"chainId": 7, "alloc": {"0xc0": {"balance": "1"}}, "gasLimit": 9}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _path = Path.GetTempFileName();
    private readonly BlockingCollection<Action> _posted = [];
    private readonly BlockingCollection<Exception> _failed = [];
    private readonly List<string> _given = [];
    private readonly LedgerSettingsFile _file;

    public LedgerSettingsFileTests()
    {
        File.WriteAllText(_path, Genesis);
        _file = new LedgerSettingsFile(_path, _posted.Add, _failed.Add);
    }

    public void Dispose()
    {
        File.Delete(_path);
        _posted.Dispose();
        _failed.Dispose();
    }

    [Fact]
    public void A_worker_with_its_state_gets_the_rest_without_the_file()
    {
        Give(Named(Genesis), needsState: true);
        RunPosted();
        File.Delete(_path);
        Give(Named(Genesis), needsState: false);
        Assert.Equal([Genesis, """{"chainId": 7, "alloc": null, "gasLimit": 9}"""], _given);
    }

    [Fact]
    public void Another_file_is_refused()
    {
        Give(Named("{}"), needsState: false);
        Assert.True(_failed.TryTake(out Exception? problem, Patience));
        Assert.Contains("the constitution names", Assert.IsType<InvalidDataException>(problem).Message, StringComparison.Ordinal);
        Assert.Empty(_given);
    }

    [Fact]
    public void Settings_in_the_constitution_are_given_at_once()
    {
        Give("""{"chainId": 8}""", needsState: true);
        Assert.Equal(["""{"chainId": 8}"""], _given);
    }

    private static string Named(string genesis) =>
        $$"""{"genesisSha256": "0x{{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(genesis)))}}"}""";

    private void Give(string settings, bool needsState) =>
        _file.Give(Encoding.UTF8.GetBytes(settings), needsState, given => _given.Add(Encoding.UTF8.GetString(given.Span)));

    private void RunPosted()
    {
        Assert.True(_posted.TryTake(out Action? action, Patience));
        action();
    }
}
