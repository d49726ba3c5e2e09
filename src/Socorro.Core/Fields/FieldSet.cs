using System.Collections.Frozen;
using System.Reflection;

namespace Socorro.Fields;

/// <summary>All declared fields: ours, and those an operator added in files of the same form.</summary>
public sealed class FieldSet
{
    static readonly string[] BuiltIn = ["fields.json", "mozilla.json"];

    readonly FrozenDictionary<string, Field> _byName;
    readonly Field[] _patterns;
    readonly FrozenSet<string> _publicAnnotations;
    readonly FrozenSet<string> _annotations;

    FieldSet(IReadOnlyList<Field> fields)
    {
        All = fields;
        _byName = fields.ToFrozenDictionary(field => field.Name);
        _patterns = [.. fields.Where(field => field.IsPattern)];
        _annotations = fields.SelectMany(field => field.Annotations).ToFrozenSet();
        var protectedOnes = fields.Where(field => !field.IsPublic).SelectMany(field => field.Annotations);
        // What is cut out of an annotation may be public without all of it being so.
        var shown = fields.Where(field => field.Source is not FieldSource.Mapping).SelectMany(field => field.Annotations)
            .Concat(fields.SelectMany(field => field.CopiedAnnotations));
        _publicAnnotations = shown.Except(protectedOnes).ToFrozenSet();
    }

    /// <summary>The fields that come with the product.</summary>
    public static FieldSet Default { get; } = Load([]);

    /// <summary>Every field in the order of its declaration, which is the order in which pages show them.</summary>
    public IReadOnlyList<Field> All { get; }

    /// <summary>Reads the fields that come with the product and then those of an operator's files.</summary>
    /// <exception cref="FieldsException">Files are unreadable or wrong; it names every mistake.</exception>
    public static FieldSet Load(IReadOnlyList<string> files)
    {
        var reader = new FieldReader();
        foreach (var name in BuiltIn)
            reader.Read($"built-in {name}", ReadResource(name));

        foreach (var file in files)
            reader.ReadFile(file);

        reader.CheckSources();
        return reader.Errors.Count == 0 ? new(reader.Fields) : throw new FieldsException(reader.Errors);
    }

    /// <summary>The declaration of a member of the processed crash; null when it has none.</summary>
    public Field? Find(string name) =>
        _byName.TryGetValue(name, out var field)
            ? field
            : Array.Find(_patterns, pattern => pattern.Covers(name));

    /// <summary>Whether everyone may read an annotation: it is declared, and nothing protected is made from it.</summary>
    public bool IsPublicAnnotation(string name) => _publicAnnotations.Contains(name);

    /// <summary>Whether any field is made from an annotation.</summary>
    public bool DeclaresAnnotation(string name) => _annotations.Contains(name);

    static byte[] ReadResource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Socorro.Fields.{name}")
            ?? throw new InvalidOperationException($"The resource {name} is missing");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>Field declarations that can't be used, with every mistake in them.</summary>
public sealed class FieldsException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    /// <summary>One sentence each, naming file and row.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
