using Socorro.Crashes;

namespace Socorro.Web;

/// <summary>A crash id as people paste it: with <c>bp-</c> before it, in capitals, or inside other text.</summary>
static class CrashIdText
{
    const string Prefix = "bp-";
    const int Length = 36;
    const int MaxSearched = 2_000;

    /// <summary>Reads a text that is nothing but an id, with or without <c>bp-</c> and blanks around it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CrashId id)
    {
        var bare = text.Trim();
        return CrashId.TryParse(bare.StartsWith(Prefix) ? bare[Prefix.Length..] : bare, out id);
    }

    /// <summary>Finds the first crash id in a text. It is exact when the text is nothing but that id.</summary>
    public static bool TryFind(string text, out CrashId id, out bool isExact)
    {
        isExact = CrashId.TryParse(text, out id);
        if (isExact)
            return true;

        var lower = text.AsSpan(0, Math.Min(text.Length, MaxSearched)).ToString().ToLowerInvariant();
        for (var start = 0; start + Length <= lower.Length; start++)
        {
            if (CrashId.TryParse(lower.AsSpan(start, Length), out id))
                return true;
        }

        return false;
    }
}
