namespace Coco.Tidy;

/// <summary>A test of the repository fails with the list of what it found.</summary>
internal static class Findings
{
    public static void AreNone(IEnumerable<string> findings)
    {
        string[] found = [.. findings];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }
}
