using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Access;
using Socorro.Regrouping;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Web.Pages.SignatureLists;

/// <summary><c>/admin/signature-lists/edit</c>: one list, to be changed, previewed and saved.</summary>
public sealed partial class EditListPage
{
    /// <summary>Days that a preview may look back.</summary>
    public static readonly IReadOnlyList<int> Windows = [1, 7, 30];

    const int MaxProblems = 30;
    const int MaxText = 500;
    const int MaxHistory = 100;
    const int MaxComment = 500;

    [Parameter, EditorRequired]
    public required ListName List { get; set; }

    [Parameter, EditorRequired]
    public required string Text { get; set; }

    [Parameter, EditorRequired]
    public required string Mark { get; set; }

    [Parameter]
    public string Comment { get; set; } = "";

    [Parameter, EditorRequired]
    public required IReadOnlyList<Layer> Below { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<ListRevision> History { get; set; }

    [Parameter]
    public IReadOnlyList<ListProblem> Problems { get; set; } = [];

    /// <summary>Why nothing was done, when the entries are not why.</summary>
    [Parameter]
    public string? Trouble { get; set; }

    [Parameter]
    public bool IsSaved { get; set; }

    /// <summary>The revision that the text is from, when it is an old one.</summary>
    [Parameter]
    public int? Revision { get; set; }

    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }

    public static IResult Show(HttpRequest request, ListEditor editor, ListPreviews previews, TimeProvider time)
    {
        if (ReadName(request) is not { } list)
            return NoSuchList();

        var current = editor.Read(list);
        var old = int.TryParse(request.Query["revision"], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? editor.FindRevision(number)
            : null;
        var preview = previews.Find(request.Query["preview"].ToString());
        return Page(editor, time, list, old?.List == list ? old.Text : preview?.List == list ? preview.Text : current, ListEditor.MarkOf(current), new()
        {
            [nameof(IsSaved)] = request.Query.ContainsKey("saved"),
            [nameof(Revision)] = old?.List == list ? old.Number : null,
        });
    }

    /// <summary>Takes the form: checks the text, then previews or saves it.</summary>
    public static async Task<IResult> TakeAsync(
        HttpRequest request,
        ListEditor editor,
        ListPreviews previews,
        SignatureGenerators generators,
        Reader reader,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        CancellationToken cancel)
    {
        if (ReadName(request) is not { } list)
            return NoSuchList();
        if (!request.HasFormContentType)
            return Failures.Page(400, "No form", "The text comes in a form.");

        var form = await request.ReadFormAsync(cancel);
        var text = form["text"].ToString().ReplaceLineEndings("\n");
        var mark = form["mark"].ToString();
        var comment = form["comment"].ToString() is var said && said.Length <= MaxComment ? said : said[..MaxComment];
        var problems = editor.FindProblems(list, text);
        if (problems.Count > 0)
            return Refuse(new() { [nameof(Problems)] = problems });

        if (form["action"] == "preview")
        {
            var days = int.TryParse(form["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && Windows.Contains(asked) ? asked : 7;
            return previews.TryStart(list, text, mark, days, lifetime.ApplicationStopping) is { } preview
                ? Results.Redirect(PreviewPage.UrlOf(preview, comment), permanent: false, preserveMethod: false)
                : Refuse(new() { [nameof(Trouble)] = "Two previews are running already. Try again when one has ended." });
        }

        return Save(editor, generators, list, text, mark, reader, comment) is { } trouble
            ? Refuse(new() { [nameof(Trouble)] = trouble })
            : Results.Redirect($"{ListsPage.UrlOf(list)}&saved=1");

        IResult Refuse(Dictionary<string, object?> why)
        {
            why[nameof(Comment)] = comment;
            return Page(editor, time, list, text, mark, why, StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>Null when it was saved and is in use; else why not.</summary>
    public static string? Save(
        ListEditor editor,
        SignatureGenerators generators,
        ListName list,
        string text,
        string mark,
        Reader reader,
        string comment)
    {
        try
        {
            var saving = editor.Save(list, text, mark, reader.Name, comment);
            generators.Refresh();
            return saving switch
            {
                ListSaving.Saved => null,
                ListSaving.Unchanged => "The list says that already.",
                ListSaving.ChangedMeanwhile =>
                    "Somebody else changed the list meanwhile, and nothing was saved. Open it again in another window, and put your change into it.",
                _ => throw new InvalidOperationException($"no such outcome: {saving}"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The list can't be written: {e.Message}";
        }
    }

    public static IResult NoSuchList() => Failures.Page(404, "No such list", "There is no list of that name, or there can be no product of that name.");

    static RazorComponentResult<EditListPage> Page(
        ListEditor editor,
        TimeProvider time,
        ListName list,
        string text,
        string mark,
        Dictionary<string, object?> more,
        int status = StatusCodes.Status200OK)
    {
        more[nameof(List)] = list;
        more[nameof(Text)] = text;
        more[nameof(Mark)] = mark;
        more[nameof(Below)] = (Layer[])[Layer.BuiltIn];
        more[nameof(History)] = editor.HistoryOf(list);
        more[nameof(Now)] = time.GetUtcNow();
        return new RazorComponentResult<EditListPage>(more) { StatusCode = status };
    }

    static ListName? ReadName(HttpRequest request)
    {
        var product = request.Query["product"].ToString();
        var list = new ListName(product.Length > 0 ? product : null, request.Query["file"].ToString());
        return list.IsValid ? list : null;
    }

    string Place(ListProblem problem) =>
        problem.File.EndsWith(List.ToString().Replace('/', Path.DirectorySeparatorChar), StringComparison.Ordinal) ? $"line {problem.Line}" : $"{problem.File}:{problem.Line}";
}
