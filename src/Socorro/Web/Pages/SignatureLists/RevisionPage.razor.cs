using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Signatures.Lists;

namespace Socorro.Web.Pages.SignatureLists;

/// <summary><c>/admin/signature-lists/revision</c>: what a revision changed, and the way back to it.</summary>
public sealed partial class RevisionPage
{
    /// <summary>Unchanged lines that are shown around each change.</summary>
    const int Around = 3;

    [Parameter, EditorRequired]
    public required ListRevision Revision { get; set; }

    /// <summary>The one before it; null for the first.</summary>
    [Parameter]
    public ListRevision? Before { get; set; }

    IReadOnlyList<ChangedLine> Lines => field ??= [.. NearChanges(LineDiff.Of(Before?.Text ?? "", Revision.Text))];

    public static IResult Show(HttpRequest request, ListEditor editor)
    {
        var isNumber = int.TryParse(request.Query["number"], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (!isNumber || editor.FindRevision(number) is not { } revision)
            return Failures.Page(404, "No such revision", "There is no revision of that number.");

        var before = editor.HistoryOf(revision.List).FirstOrDefault(other => other.Number < number);
        return new RazorComponentResult<RevisionPage>(new { Revision = revision, Before = before });
    }

    static IEnumerable<ChangedLine> NearChanges(IReadOnlyList<ChangedLine> lines)
    {
        var isNear = new bool[lines.Count];
        foreach (var (index, _) in lines.Index().Where(line => line.Item.Change != LineChange.Kept))
            isNear.AsSpan(Math.Max(0, index - Around)..Math.Min(lines.Count, index + Around + 1)).Fill(true);

        return lines.Where((_, index) => isNear[index]);
    }

    static string Sign(LineChange change) => change switch
    {
        LineChange.Removed => "-",
        LineChange.Added => "+",
        _ => " ",
    };
}
