using System.Text;
using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>
/// Names of Rust functions, equal for both manglings and for Windows symbols: traits and the types that implement them stay,
/// generic arguments, hashes and counted closures do not.
/// </summary>
static partial class RustNames
{
    const int MaxDepth = 32;

    /// <summary>Stands for <c>-></c>, which closes no bracket.</summary>
    const string Arrow = "\u2192";

    public static string Shorten(string function)
    {
        var declaration = Trailer.Cut(PythonText.Trim(function)).Replace("->", Arrow, StringComparison.Ordinal);
        var name = Declaration.LastWord(declaration, knowsNamespaces: true) ?? "";
        name = Hashes().Replace(name, "");
        name = Numbered().Replace(name, "{{$1}}");
        name = MsvcNumbered().Replace(name, "$1$$");
        name = CollapseTypes(name, 0);
        return WithoutArguments(name)
            .Replace("::<T>", "<T>", StringComparison.Ordinal)
            .Replace(Arrow, "->", StringComparison.Ordinal);
    }

    static string CollapseTypes(string name, int depth) => Brackets.Replace(name, '<', '>', (text, start, end) =>
    {
        var inside = text.AsSpan(start + 1, end - start - (text[end - 1] == '>' && end > start + 1 ? 2 : 1));
        if (depth == MaxDepth)
            return "<T>";

        var isImplementation = inside.StartsWith("impl ") && inside.Contains(" for ", default);
        if (isImplementation || inside.Contains(" as ", default))
            return $"<{CollapseTypes(inside.ToString(), depth + 1)}>";

        // <path::Type>::method, which the older mangling writes path::Type::method
        if (start > 0 || !text.AsSpan(end).StartsWith("::"))
            return "<T>";

        var type = CollapseTypes(inside.ToString(), depth + 1);
        return type.AsSpan().ContainsAny(" &[(*") ? $"<{type}>" : type;
    });

    /// <summary>Tuples inside of a kept trait are no argument lists.</summary>
    static string WithoutArguments(string name)
    {
        if (!name.Contains('('))
            return name;

        var result = new StringBuilder(name.Length);
        var done = 0;
        while (done < name.Length)
        {
            var next = name.AsSpan(done).IndexOfAny('<', '(');
            if (next < 0)
                break;

            result.Append(name, done, next);
            var isType = name[done + next] == '<';
            Brackets.TryFindEnclosed(name, done + next, isType ? '<' : '(', isType ? '>' : ')', out var start, out done);
            if (isType || name.AsSpan(start, done - start) is "(anonymous namespace)")
                result.Append(name, start, done - start);
        }

        return result.Append(name, done, name.Length - done).ToString();
    }

    [GeneratedRegex("(?:::h[0-9a-fA-F]+)+$")]
    private static partial Regex Hashes();

    [GeneratedRegex(@"\{(\w+)#\d+\}")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\b(impl|closure|closure_env|async_fn|async_fn_env|async_block|async_block_env)\$\d+")]
    private static partial Regex MsvcNumbered();
}
