using System.Text;
using System.Text.Unicode;

namespace Socorro.Minidumps.Reasons;

/// <summary>
/// Names of numbers, from an embedded text of one <c>[group ]hhhhhhhh NAME</c> a line, sorted by bytes. It is searched
/// as it stands: a report looks up three names, and parsing thousands would take longer than the rest of it.
/// </summary>
sealed class NameTable
{
    readonly Lazy<byte[]> _text;

    NameTable(string resource) => _text = new(() => Load(resource));

    /// <summary>Windows exceptions, fast fail codes, kinds of access and facilities.</summary>
    public static NameTable Windows { get; } = new("windows.txt");

    /// <summary>System error codes of winerror.h.</summary>
    public static NameTable WinError { get; } = new("winerror.txt");

    /// <summary>Status codes of ntstatus.h.</summary>
    public static NameTable NtStatus { get; } = new("ntstatus.txt");

    /// <summary>Signals and their codes.</summary>
    public static NameTable Linux { get; } = new("linux.txt");

    /// <summary>Mach exceptions, their codes, and the kinds of resource and guard.</summary>
    public static NameTable Mac { get; } = new("mac.txt");

    /// <summary>The name of a number in a table without groups; null when it has none.</summary>
    public string? Find(uint value) => Search($"{value:x8} ");

    /// <summary>The name of a number in one group of the table; null when it has none.</summary>
    public string? Find(string group, uint value) => Search($"{group} {value:x8} ");

    string? Search(string key)
    {
        Span<byte> bytes = stackalloc byte[64];
        Utf8.FromUtf16(key, bytes, out _, out var length);
        var prefix = bytes[..length];
        var text = _text.Value.AsSpan();
        while (!text.IsEmpty)
        {
            var start = text[..(text.Length / 2)].LastIndexOf((byte)'\n') + 1;
            var line = text[start..];
            line = line[..line.IndexOf((byte)'\n')];
            if (line.StartsWith(prefix))
                return Encoding.UTF8.GetString(line[length..]);

            text = line.SequenceCompareTo(prefix) > 0 ? text[..start] : text[(start + line.Length + 1)..];
        }

        return null;
    }

    static byte[] Load(string resource)
    {
        var type = typeof(NameTable);
        using var stream = type.Assembly.GetManifestResourceStream(type, $"Tables.{resource}")
            ?? throw new InvalidOperationException($"{resource} is not embedded");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
