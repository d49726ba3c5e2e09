using Socorro.Fields;
using Socorro.Storage;

namespace Socorro.Web.Pages.Monitoring;

/// <summary>An annotation that clients send and no field declares, over all products.</summary>
public sealed record UndeclaredAnnotation(
    string Name, IReadOnlyList<string> Products, long Crashes, DateTimeOffset LastSeen)
{
    /// <summary>Those that are still undeclared, most frequent first.</summary>
    public static IReadOnlyList<UndeclaredAnnotation> Of(IEnumerable<AnnotationSighting> seen, FieldSet fields) =>
    [
        .. from one in seen
           where !fields.DeclaresAnnotation(one.Name)
           group one by one.Name into ofName
           let crashes = ofName.Sum(one => one.Crashes)
           orderby crashes descending
           select new UndeclaredAnnotation(
               ofName.Key,
               [.. ofName.Select(one => one.Product.Length > 0 ? one.Product : "(no product)")],
               crashes,
               ofName.Max(one => one.LastSeen)),
    ];
}
