using Coco.Crypto;
using Coco.Keys;
using Coco.Manager;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Manager;

public sealed class SealedFileTests
{
    private static readonly SealedState State = new(new NodeId(3), new Term(7), new NodeId(2));

    [Fact]
    public void What_was_sealed_is_read_again()
    {
        using var temporary = new TemporaryFolder();
        using EcdsaSigner key = EcdsaSigner.Generate();
        using var secrets = Secrets.Create("test");
        using var sealing = new ProgramSealing(temporary, program: 1);
        Assert.Null(FileOf(temporary, sealing).Read());
        FileOf(temporary, sealing).Write(State with { Term = new Term(6) }, key, secrets);
        FileOf(temporary, sealing).Write(State, key, secrets);
        SealedContent content = FileOf(temporary, sealing).Read()!;
        Assert.Equal(State, content.State);
        using EcdsaSigner again = EcdsaSigner.ImportPkcs8(content.NodeKey);
        Assert.Equal(key.PublicKey.ToArray(), again.PublicKey.ToArray());
        using Secrets? opened = Secrets.TryDecode(content.Secrets);
        Assert.Equal(secrets.SessionKey.Reveal().ToArray(), opened!.SessionKey.Reveal().ToArray());
        Assert.Equal(secrets.Authority.CertificatePem, opened.Authority.CertificatePem);
    }

    [Fact]
    public void A_start_shows_that_the_disk_takes_what_is_sealed_and_leaves_it_as_it_was()
    {
        using var temporary = new TemporaryFolder();
        using var sealing = new ProgramSealing(temporary, program: 1);
        SealedFile file = FileOf(temporary, sealing);
        string[] before = Directory.GetFiles(temporary.File(""));
        file.Rewrite();
        Assert.Equal(before, Directory.GetFiles(temporary.File("")));
        WriteOne(temporary, sealing);
        byte[] content = File.ReadAllBytes(temporary.File("sealed"));
        file.Rewrite();
        Assert.Equal(content, File.ReadAllBytes(temporary.File("sealed")));
        Assert.ThrowsAny<IOException>(() => new SealedFile(temporary.File("gone/sealed"), sealing).Rewrite());
    }

    [Fact]
    public void Another_program_does_not_open_it()
    {
        using var temporary = new TemporaryFolder();
        using (var sealing = new ProgramSealing(temporary, program: 1)) WriteOne(temporary, sealing);
        using var other = new ProgramSealing(temporary, program: 2);
        Assert.Null(FileOf(temporary, other).Read());
    }

    [Fact]
    public void A_file_that_was_changed_cut_or_extended_is_not_opened()
    {
        using var temporary = new TemporaryFolder();
        using var sealing = new ProgramSealing(temporary, program: 1);
        WriteOne(temporary, sealing);
        byte[] valid = File.ReadAllBytes(temporary.File("sealed"));
        for (int at = 0; at < valid.Length; at += 7)
        {
            byte[] changed = [.. valid];
            changed[at] ^= 1;
            AssertRefused(changed);
            AssertRefused(valid[..at]);
        }
        AssertRefused([.. valid, 0]);

        void AssertRefused(byte[] bytes)
        {
            File.WriteAllBytes(temporary.File("sealed"), bytes);
            Assert.Null(FileOf(temporary, sealing).Read());
        }
    }

    [Fact]
    public void Neither_keys_nor_secrets_stand_in_the_file()
    {
        using var temporary = new TemporaryFolder();
        using var sealing = new ProgramSealing(temporary, program: 1);
        using EcdsaSigner key = EcdsaSigner.Generate();
        using var secrets = Secrets.Create("test");
        FileOf(temporary, sealing).Write(State, key, secrets);
        byte[] file = File.ReadAllBytes(temporary.File("sealed"));
        Assert.Equal(-1, file.AsSpan().IndexOf(secrets.SessionKey.Reveal()));
        Assert.Equal(-1, file.AsSpan().IndexOf(key.ExportPkcs8()));
        Assert.Equal(-1, file.AsSpan().IndexOf("PRIVATE KEY"u8));
    }

    private static SealedFile FileOf(TemporaryFolder folder, ProgramSealing sealing) => new(folder.File("sealed"), sealing);

    private static void WriteOne(TemporaryFolder folder, ProgramSealing sealing)
    {
        using EcdsaSigner key = EcdsaSigner.Generate();
        using var secrets = Secrets.Create("test");
        FileOf(folder, sealing).Write(State, key, secrets);
    }

    /// <summary>The software platform's sealing for a program of this measurement, over one host's key file.</summary>
    private sealed class ProgramSealing(TemporaryFolder folder, byte program) : ISealing, IDisposable
    {
        private readonly PlatformSealing _sealing = PlatformSealing.OpenFile(folder.File("key"), new Hash256(Enumerable.Repeat(program, Hash256.Size).ToArray()));

        public byte[] Seal(string use, ReadOnlySpan<byte> content) => _sealing.Seal(use, content);

        public bool TryUnseal(string use, ReadOnlySpan<byte> content, out byte[]? opened) => _sealing.TryUnseal(use, content, out opened);

        public void Dispose() => _sealing.Dispose();
    }
}
