using System.Globalization;
using System.Text;

namespace Socorro.Minidumps.Demangling.Rust;

/// <summary>
/// Rust's first scheme: a C++ name whose last part is a hash, with what C++ has no letters for between dollar signs. Until 2024
/// compilers used it unless told otherwise.
/// </summary>
static class LegacyRustName
{
    const int HashLength = 17;

    /// <summary>Null when it is no such name.</summary>
    /// <param name="text">The name behind _Z.</param>
    public static string? Demangle(string text)
    {
        if (!text.StartsWith('N') || ReadParts(text) is not [.. var parts, var hash] || parts.Count == 0 || !IsHash(hash))
            return null;

        var name = new StringBuilder();
        foreach (var part in parts)
        {
            if (name.Length > 0)
                name.Append("::");
            if (!TryUnescape(part, name))
                return null;
        }

        return name.ToString();
    }

    // Lengths and parts up to an E; behind that only what optimisers add.
    static List<string>? ReadParts(string text)
    {
        var parts = new List<string>();
        var at = 1;
        while (at < text.Length && text[at] != 'E')
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]) && at - start < 6)
                at++;
            if (!int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > text.Length - at)
                return null;

            parts.Add(text.Substring(at, length));
            at += length;
        }

        return at < text.Length && (at + 1 == text.Length || text[at + 1] == '.') ? parts : null;
    }

    static bool IsHash(string part) => part.Length == HashLength && part[0] == 'h' && part.Skip(1).All(char.IsAsciiHexDigitLower);

    static bool TryUnescape(string part, StringBuilder name)
    {
        var at = part.StartsWith("_$", StringComparison.Ordinal) ? 1 : 0;
        while (at < part.Length)
        {
            if (part[at] == '.')
            {
                var isPair = at + 1 < part.Length && part[at + 1] == '.';
                name.Append(isPair ? "::" : ".");
                at += isPair ? 2 : 1;
                continue;
            }

            if (part[at] != '$')
            {
                if (!char.IsAsciiLetterOrDigit(part[at]) && part[at] is not ('_' or ':') && part[at] < 0x80)
                    return false;
                name.Append(part[at++]);
                continue;
            }

            var end = part.IndexOf('$', at + 1);
            if (end < 0 || Unescape(part.AsSpan(at + 1, end - at - 1)) is not { } text)
                return false;

            name.Append(text);
            at = end + 1;
        }

        return true;
    }

    static string? Unescape(ReadOnlySpan<char> code) => code switch
    {
        "SP" => "@",
        "BP" => "*",
        "RF" => "&",
        "LT" => "<",
        "GT" => ">",
        "LP" => "(",
        "RP" => ")",
        "C" => ",",
        ['u', .. var digits] when int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Rune.IsValid(value) && !Rune.IsControl(new(value)) => new Rune(value).ToString(),
        _ => null,
    };
}
