using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Storage;

namespace Socorro.Web.Pages.Signature;

/// <summary><c>/signature/?signature=…&amp;page=…</c>: the crashes of one signature, newest first.</summary>
public sealed partial class SignaturePage
{
    const int PageSize = 50;
    const int MaxPage = 1_000_000;

    [Parameter, EditorRequired]
    public required string Signature { get; set; }

    /// <summary>Null when no crash has the signature.</summary>
    [Parameter]
    public SignatureCount? Totals { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<CrashSummary> Crashes { get; set; }

    /// <summary>Which page of the list, from 1.</summary>
    [Parameter, EditorRequired]
    public required int Number { get; set; }

    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }

    long Pages => (Totals is { } totals ? totals.Count + PageSize - 1 : 0) / PageSize;

    internal static async Task<IResult> ShowAsync(
        HttpRequest request, Catalog catalog, TimeProvider time, CancellationToken cancel)
    {
        if (request.Query["signature"] is not [{ Length: > 0 } signature] || signature.Contains('\0'))
            return Failures.Page(400, "Which signature?", "The address must name exactly one signature.");
        if (!TryReadPage(request.Query["page"], out var page))
            return Failures.Page(400, "Invalid page", "The page must be a whole number.");

        return new RazorComponentResult<SignaturePage>(new
        {
            Signature = signature,
            Totals = await catalog.FindSignatureAsync(signature, cancel),
            Crashes = await catalog.ListBySignatureAsync(signature, (page - 1) * PageSize, PageSize, cancel),
            Number = page,
            Now = time.GetUtcNow(),
        });
    }

    /// <summary>Numbers below one mean the first page.</summary>
    static bool TryReadPage(string? text, out int page)
    {
        page = 1;
        if (string.IsNullOrEmpty(text))
            return true;

        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        page = Math.Clamp(number, 1, MaxPage);
        return isNumber;
    }

    string UrlOf(int page) => $"{SignatureLink.UrlOf(Signature)}&page={page}";
}
