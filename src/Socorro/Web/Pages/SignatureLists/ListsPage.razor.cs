using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Web.Pages.SignatureLists;

/// <summary><c>/admin/signature-lists/</c>: the lists of every product and of each.</summary>
public sealed partial class ListsPage
{
    public const string Address = "/admin/signature-lists/";

    [Parameter, EditorRequired]
    public required ListEditor Editor { get; set; }

    [Parameter, EditorRequired]
    public required SignatureGenerators Generators { get; set; }

    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }

    IReadOnlyDictionary<ListName, ListRevision> Newest => field ??= Editor.FindNewest();

    IEnumerable<string?> Products => [null, .. Editor.Folder.Products];

    public static IResult Show(ListEditor editor, SignatureGenerators generators, TimeProvider time) =>
        new RazorComponentResult<ListsPage>(new { Editor = editor, Generators = generators, Now = time.GetUtcNow() });

    public static string UrlOf(ListName list) =>
        $"{Address}edit?file={list.FileName}{(list.Product is { } product ? $"&product={Uri.EscapeDataString(product)}" : "")}";

    /// <summary>What becomes of a frame that matches an entry.</summary>
    public static string Meaning(string file) => file switch
    {
        Layer.Irrelevant => "never names a crash",
        Layer.Prefix => "belongs to the signature and does not end it",
        Layer.Sentinels => "starts the signature, and what is above it does not count",
        Layer.LineNumbers => "gets its line appended",
        _ => throw new ArgumentOutOfRangeException(nameof(file), file, "no such list"),
    };

    static int CountOf(string text) =>
        text.Split('\n').Select(line => line.Trim()).Count(line => line.Length > 0 && !line.StartsWith('#'));

    string VersionOf(string? product) => Generators.Versions.FirstOrDefault(own => own.Product == product).Version ?? "";
}
