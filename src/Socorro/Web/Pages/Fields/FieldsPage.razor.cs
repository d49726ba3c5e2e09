using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Fields;

namespace Socorro.Web.Pages.Fields;

/// <summary><c>/fields/</c>: every declared field, written from the declarations that this server runs with.</summary>
public sealed partial class FieldsPage
{
    [Parameter, EditorRequired]
    public required IReadOnlyList<Field> Declared { get; set; }

    int Own => Declared.Count - FieldSet.Default.All.Count;

    internal static IResult Show(FieldSet fields) => new RazorComponentResult<FieldsPage>(new { Declared = fields.All });
}
