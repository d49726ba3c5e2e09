using Socorro.Access;
using Socorro.Fields;

namespace Socorro.Tests.Web.Access;

/// <summary>A text that is nowhere else, in a place that is kept from readers without permission.</summary>
/// <param name="Place">Where it was put.</param>
/// <param name="Text">Plain enough to look the same in HTML, JSON and addresses.</param>
/// <param name="Shown">Any of these permissions shows it.</param>
public sealed record Secret(string Place, string Text, Permission Shown)
{
    /// <summary>Whether it takes all of the permissions.</summary>
    public bool NeedsAll { get; init; }

    static int _count;

    /// <summary>A new one, with a prefix that says what to look for when it is found where it should not be.</summary>
    public static Secret Create(string place, Permission shown = Permission.ViewProtected) =>
        new(place, $"zq{Interlocked.Increment(ref _count):d4}{Guid.NewGuid().ToString("N")[..10]}", shown);

    /// <summary>Of digits alone, for fields that take nothing else.</summary>
    public static Secret CreateNumber(string place) =>
        new(place, $"{7_100_000_000_000_000L + (Interlocked.Increment(ref _count) * 1_000_003L)}", Permission.ViewProtected);

    public bool IsShownTo(Permission permissions) =>
        NeedsAll ? (permissions & Shown) == Shown : (permissions & Shown) != 0;

    /// <summary>A secret in every annotation that a protected field is made from, in the form that the field wants.</summary>
    public static IEnumerable<(Secret Secret, string Name, string Value)> InProtectedAnnotations(FieldSet fields)
    {
        foreach (var field in fields.All)
        {
            foreach (var name in field.Annotations.Where(name => !fields.IsPublicAnnotation(name)))
            {
                if (field.Type == FieldType.Boolean)
                    continue; // Nothing can be hidden in yes or no.

                var secret = field.Type == FieldType.Integer ? CreateNumber(name) : Create(name);
                yield return (secret, name, ValueOf(name, field.Type, secret.Text));
            }
        }
    }

    static string ValueOf(string name, FieldType type, string text) => (name, type) switch
    {
        ("JavaStackTrace", _) => $"java.lang.X: {text}\n\tat a.b(C.java:1)\nCaused by: java.lang.Y: {text}",
        ("JavaScriptStackTrace" or "JSStackTrace" or "js_stack_trace" or "electron.v8-oom.stack" or "js-oom-stack" or "v8-oom-stack", _) =>
            $"TypeError: {text}\n    at paint (https://{text}.example/{text}/app.js:1:2)",
        ("JavaException", _) =>
            $$$$"""{"exception":{"values":[{"type":"X","value":"{{{{text}}}}","stacktrace":{"frames":[{"function":"f","vars":"{{{{text}}}}"}]}}]}}""",
        // Other reasons are public.
        ("MozCrashReason", _) => $"byte index {text}",
        ("URL", _) => $"https://{text}.example/?{text}",
        (_, FieldType.Object or FieldType.Document) => $$$"""{"a":{"{{{text}}}":["{{{text}}}"]}}""",
        (_, FieldType.List) => $$"""[{"message":"{{text}}"}]""",
        _ => text,
    };
}
