using System.Text;

namespace Coco.Client;

/// <summary>EFI programs of systemd say what they are in a section .sdmagic: "#### LoaderInfo: systemd-stub 257.7-1 ####".</summary>
internal static class SystemdProgram
{
    private const string Behind = " ####";
    private const int MaxLength = 128;

    /// <summary>Empty where the program is another.</summary>
    public static string VersionOf(PeImage image, string name)
    {
        string before = $"#### LoaderInfo: {name} ";
        PeSection magic = image.Sections.FirstOrDefault(section => section.Name == ".sdmagic");
        string text = Encoding.Latin1.GetString(magic.Content.Span[..Math.Min(magic.Content.Length, MaxLength)]);
        int end = text.IndexOf(Behind, before.Length <= text.Length ? before.Length : 0, StringComparison.Ordinal);
        return text.StartsWith(before, StringComparison.Ordinal) && end > 0 ? text[before.Length..end] : "";
    }
}
