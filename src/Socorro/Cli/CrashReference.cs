using Socorro.Crashes;

namespace Socorro.Cli;

/// <summary>A crash id as people paste it: bare, with <c>bp-</c> before it, or as the address of its report.</summary>
static class CrashReference
{
    const string Prefix = "bp-";

    public static bool TryParse(string text, out CrashId id)
    {
        if (CrashId.TryParse(WithoutPrefix(text), out id))
            return true;

        return Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            && address.AbsolutePath.StartsWith("/report/index/", StringComparison.Ordinal)
            && CrashId.TryParse(WithoutPrefix(address.AbsolutePath.TrimEnd('/').Split('/')[^1]), out id);
    }

    static string WithoutPrefix(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
}
