namespace Socorro.Web.Pages.Report;

/// <summary>Addresses from crashes become links only when following them can't run anything.</summary>
static class WebAddress
{
    const int MaxLength = 2_000;

    /// <summary>The text when it is a whole http or https address, else null.</summary>
    public static string? OrNull(string text) =>
        text.Length <= MaxLength
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
            ? url.AbsoluteUri
            : null;
}
