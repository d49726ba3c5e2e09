using System.Text;
using Socorro.Minidumps.Demangling.Itanium;
using Socorro.Minidumps.Demangling.Rust;

namespace Socorro.Minidumps.Demangling;

/// <summary>
/// Turns the names that linkers see into those that programmers wrote: C++ of GCC and Clang (the Itanium ABI), and Rust in both its
/// schemes. The result is that of <c>c++filt -i</c>.
/// </summary>
public static class Demangler
{
    /// <summary>Longer ones are left as they are.</summary>
    const int MaxLength = 16 << 10;

    /// <summary>Whether a name begins as mangled ones do; cheap enough to ask of every name.</summary>
    public static bool MayBeMangled(ReadOnlySpan<byte> name) => PrefixOf(name) > 0;

    /// <summary>What a name means; null when it is not mangled, or not in a way that is known.</summary>
    public static string? Demangle(string name) => Demangle(Encoding.UTF8.GetBytes(name));

    /// <summary>What a name means; null when it is not mangled, or not in a way that is known.</summary>
    public static string? Demangle(ReadOnlySpan<byte> name)
    {
        if (!MayBeMangled(name) || name.Length > MaxLength)
            return null;

        var prefix = PrefixOf(name);
        var text = Encoding.UTF8.GetString(name[prefix..]);
        return name[prefix - 1] == 'R' ? RustName.Demangle(text) : LegacyRustName.Demangle(text) ?? DemangleCpp(text);
    }

    // _Z and _R; with one underscore more on macOS; ____Z of blocks is none of ours.
    static int PrefixOf(ReadOnlySpan<byte> name) => name switch
    {
        [(byte)'_', (byte)'Z', ..] => 2,
        [(byte)'_', (byte)'R', (byte)'N' or (byte)'I' or (byte)'M' or (byte)'X' or (byte)'Y' or (byte)'C' or (byte)'B', ..] => 2,
        [(byte)'_', (byte)'_', (byte)'Z' or (byte)'R', ..] => 3,
        _ => 0,
    };

    static string? DemangleCpp(string text)
    {
        if (new ItaniumReader(text).ReadMangled() is not { } node)
            return null;

        var writer = new ItaniumWriter();
        writer.Write(node);
        return writer.Output.IsOver ? null : writer.Output.ToString();
    }
}
