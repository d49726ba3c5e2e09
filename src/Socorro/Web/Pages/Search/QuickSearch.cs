namespace Socorro.Web.Pages.Search;

/// <summary><c>/search/quick/</c>: takes a crash id to its report and any other text to its signature.</summary>
static class QuickSearch
{
    public static IResult Find(string? query)
    {
        if (string.IsNullOrWhiteSpace(query))
            return TypedResults.Redirect("/");

        return CrashIdText.TryFind(query.Trim(), out var id, out _)
            ? TypedResults.Redirect($"/report/index/{id}")
            : TypedResults.Redirect(SignatureLink.UrlOf(query.Trim()));
    }
}
