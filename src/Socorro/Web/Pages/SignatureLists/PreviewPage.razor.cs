using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Access;
using Socorro.Regrouping;
using Socorro.Reprocessing;
using Socorro.Signatures;
using Socorro.Signatures.Lists;
using Socorro.Storage;

namespace Socorro.Web.Pages.SignatureLists;

/// <summary>
/// <c>/admin/signature-lists/preview/…</c>: what a changed list does, then saving it, then making old signatures again.
/// </summary>
public sealed partial class PreviewPage
{
    const int MaxMoves = 200;
    const int MaxComment = 500;

    [Parameter, EditorRequired]
    public required ListPreview Preview { get; set; }

    [Parameter]
    public string Comment { get; set; } = "";

    [Parameter]
    public string? Trouble { get; set; }

    IReadOnlyList<SignatureMove> Moves => field ??= Preview.Moves;

    public static string Address(ListPreview preview) => $"{ListsPage.Address}preview/{preview.Key}";

    public static string UrlOf(ListPreview preview, string comment) =>
        comment.Length > 0 ? $"{Address(preview)}?comment={Uri.EscapeDataString(comment)}" : Address(preview);

    public static IResult Show(string name, HttpRequest request, ListPreviews previews) =>
        previews.Find(name) is { } preview ? Page(preview, request.Query["comment"].ToString(), null) : Forgotten();

    public static async Task<IResult> SaveAsync(
        string name,
        HttpRequest request,
        ListPreviews previews,
        ListEditor editor,
        SignatureGenerators generators,
        Reader reader,
        CancellationToken cancel)
    {
        if (previews.Find(name) is not { } preview)
            return Forgotten();

        var comment = request.HasFormContentType ? (await request.ReadFormAsync(cancel))["comment"].ToString() : "";
        comment = comment[..Math.Min(comment.Length, MaxComment)];
        if (EditListPage.Save(editor, generators, preview.List, preview.Text, preview.Mark, reader, comment) is { } trouble)
            return Page(preview, comment, trouble);

        preview.IsSaved = true;
        return Results.Redirect(Address(preview));
    }

    public static async Task<IResult> RegenerateAsync(
        string name, ListPreviews previews, ReprocessingDesk desk, Reader reader, CancellationToken cancel)
    {
        if (previews.Find(name) is not { } preview)
            return Forgotten();
        if (!desk.TryRead(preview.Query, out var query, out var errors))
            return Page(preview, "", string.Join(' ', errors));

        var order = await desk.OrderAsync(query, ReprocessingScope.Signature, rate: null, reader.Name, cancel);
        preview.Order = order.Key;
        return Results.Redirect(Address(preview));
    }

    static RazorComponentResult<PreviewPage> Page(ListPreview preview, string comment, string? trouble) =>
        new RazorComponentResult<PreviewPage>(new { Preview = preview, Comment = comment, Trouble = trouble })
        {
            StatusCode = trouble is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };

    static IResult Forgotten() =>
        Failures.Page(404, "No such preview", "Previews are kept for a while and not over a restart. Preview the list again.");

    static string Shown(string signature) => signature.Length > 0 ? signature : "(empty)";
}
