using System.Diagnostics.CodeAnalysis;

namespace Socorro.Minidumps.Microdumps;

/// <summary>
/// What only a microdump says. That is the text which Breakpad on Android writes to the system log where a minidump can't be
/// kept: machine, registers, stack and modules of the thread that crashed. All else is in the <see cref="Minidump"/> that it
/// is read into.
/// </summary>
public sealed record Microdump
{
    /// <summary>The process, as the log tags its lines; null where it does not.</summary>
    public uint? ProcessId { get; init; }

    /// <summary>The thread that wrote the text, as the log tags its lines; null where it does not.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>The name of the signal, which the number does not tell on all processors; null where it was not written.</summary>
    public string? Signal { get; init; }

    /// <summary>Null where the process did not know.</summary>
    public string? Product { get; init; }

    /// <summary>Null where the process did not know.</summary>
    public string? ProductVersion { get; init; }

    /// <summary>Which of the program's processes it is, such as "browser" or "webview".</summary>
    public string? ProcessType { get; init; }

    /// <summary>Null where it was not written; all empty where the process did not know.</summary>
    public GraphicsProcessor? Gpu { get; init; }

    /// <summary>Null where it was not written.</summary>
    public FreeAddressSpace? FreeSpace { get; init; }

    /// <summary>Product, version and process type under the names that Crashpad's clients send them by.</summary>
    public IReadOnlyDictionary<string, string> ToAnnotations()
    {
        var annotations = new Dictionary<string, string>();
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("prod", Product), ("ver", ProductVersion), ("ptype", ProcessType)])
        {
            if (!string.IsNullOrEmpty(value))
                annotations.Add(name, value);
        }

        return annotations;
    }

    /// <summary>Whether a file is the log of a system with a microdump in it.</summary>
    public static bool IsIn(ReadOnlySpan<byte> bytes) =>
        !bytes.StartsWith("MDMP"u8) && !bytes.StartsWith("PMDM"u8) && bytes.IndexOf(MicrodumpText.Begin) >= 0;

    /// <summary>
    /// Reads the first microdump of a log that is all there. Only a text without any is refused; what else is wrong becomes
    /// a problem.
    /// </summary>
    public static bool TryOpen(
        ReadOnlyMemory<byte> text,
        Limits limits,
        [NotNullWhen(true)] out Minidump? dump,
        [NotNullWhen(false)] out Refusal? refusal)
    {
        var found = MicrodumpText.TryFind(text.Span, out var lines);
        dump = found ? Minidump.Of(new MicrodumpReader(limits).Read(lines), limits) : null;
        refusal = found ? null : new("HeaderMismatch", "The file is neither a minidump nor a log with a microdump.");
        return found;
    }
}

/// <summary>What OpenGL says of the graphics processor and its driver.</summary>
public sealed record GraphicsProcessor(string Version, string Vendor, string Renderer);

/// <summary>The gaps between the mappings of a process: too small or too few when it ran out of addresses.</summary>
/// <param name="Lowest">Where the first mapping begins.</param>
/// <param name="Highest">Where the last mapping ends.</param>
/// <param name="Count">Gaps; 65,535 stands for more.</param>
/// <param name="Largest">Bytes of the largest gap.</param>
/// <param name="Total">Bytes of all gaps.</param>
public sealed record FreeAddressSpace(ulong Lowest, ulong Highest, uint Count, ulong Largest, ulong Total);
