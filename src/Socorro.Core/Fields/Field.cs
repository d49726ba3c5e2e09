using System.Text.Json.Nodes;
using Socorro.Conditions;

namespace Socorro.Fields;

/// <summary>What a field's value is.</summary>
public enum FieldType
{
    String,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>A finite number with fraction.</summary>
    Number,
    Boolean,
    Object,
    List,

    /// <summary>An object whose members are declared fields in turn.</summary>
    Document,
}

/// <summary>How a value is written for people.</summary>
public enum FieldForm
{
    Plain,
    Seconds,
    Bytes,
    Percent,

    /// <summary>Seconds since 1970.</summary>
    Epoch,

    /// <summary>ISO 8601 in UTC.</summary>
    Time,

    /// <summary>Often YYYYMMDDhhmmss.</summary>
    Build,
    Address,
    Link,
    Preformatted,
    Json,
}

/// <summary>Where a field's value comes from.</summary>
public abstract record FieldSource
{
    /// <summary>The client's first annotation of these names, converted to the field's type.</summary>
    public sealed record Annotation(IReadOnlyList<string> Names) : FieldSource
    {
        public override string ToString() => string.Join(", ", Names);
    }

    /// <summary>A place in the stack walker's report, as names from the outermost to the innermost.</summary>
    public sealed record Report(IReadOnlyList<string> Path) : FieldSource
    {
        public override string ToString() => $"report.{string.Join('.', Path)}";
    }

    /// <summary>A processing rule, which may look at annotations of these names.</summary>
    public sealed record Rule(string Name, IReadOnlyList<string> Annotations) : FieldSource
    {
        public override string ToString() =>
            Annotations.Count == 0 ? $"rule {Name}" : $"rule {Name}, from {string.Join(", ", Annotations)}";
    }

    /// <summary>The first of these steps that gives a value of the field's type.</summary>
    public sealed record Mapping(IReadOnlyList<MappingStep> Steps) : FieldSource
    {
        public override string ToString() => string.Join(", else ", Steps);
    }
}

/// <summary>One declared field of a processed crash: the only place that says what it is.</summary>
public sealed record Field
{
    /// <summary>Its member in the processed crash; one that ends in * stands for all members that begin so.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it stands for all members that begin so.</summary>
    public bool IsPattern => Name.EndsWith('*');

    /// <summary>Whether it is a pattern that stands for a member.</summary>
    public bool Covers(string member) => IsPattern && member.StartsWith(Name[..^1], StringComparison.Ordinal);

    public required FieldType Type { get; init; }

    public required FieldSource Source { get; init; }

    /// <summary>The file and row that declare it, for messages.</summary>
    public required string DeclaredAt { get; init; }

    /// <summary>What it means, in a sentence or two.</summary>
    public required string About { get; init; }

    /// <summary>Whether everyone may read it, or only those with permission for protected data.</summary>
    public required bool IsPublic { get; init; }

    /// <summary>
    /// The places inside an object that everyone may read, arrays being passed through; empty for all of it.
    /// </summary>
    public IReadOnlyList<string> PublicParts { get; init; } = [];

    /// <summary>The value when the client sent none; null to leave the field out.</summary>
    public JsonNode? Default { get; init; }

    public FieldForm Form { get; init; }

    /// <summary>How it is searched; null when it can't be.</summary>
    public FieldSearch? Search { get; init; }

    /// <summary>Where the report page shows it; null for nowhere by itself.</summary>
    public FieldPlace? Place { get; init; }

    /// <summary>The annotations it is made from.</summary>
    public IReadOnlyList<string> Annotations => Source switch
    {
        FieldSource.Annotation source => source.Names,
        FieldSource.Rule source => source.Annotations,
        FieldSource.Mapping source => [.. source.Steps.Select(step => step.From).OfType<Subject.Annotation>().Select(from => from.Name)],
        _ => [],
    };

    /// <summary>What it repeats as it is: whoever may read the field reads that.</summary>
    public IReadOnlyList<Subject> Copied => Source switch
    {
        FieldSource.Annotation source => [.. source.Names.Select(name => new Subject.Annotation(name, []))],
        FieldSource.Report source => [new Subject.Report(source.Path)],
        FieldSource.Mapping source => [.. source.Steps.Where(step => step.IsCopy).Select(step => step.From)],
        _ => [],
    };

    /// <summary>The annotations among them.</summary>
    public IEnumerable<string> CopiedAnnotations => Copied.OfType<Subject.Annotation>().Select(copied => copied.Name);
}

/// <summary>A line of the report page. Groups and lines stand in the order of their declaration.</summary>
public sealed record FieldPlace(string Group, string Label);

/// <summary>How a field is searched.</summary>
/// <param name="Name">The search parameter, facet and column.</param>
/// <param name="Type">Which operators apply.</param>
/// <param name="Split">What of a text is matched.</param>
public sealed record FieldSearch(string Name, SearchType Type, SearchSplit Split);

public enum SearchType
{
    /// <summary>Any text.</summary>
    String,

    /// <summary>Text of a few values, which a form offers.</summary>
    Enum,
    Integer,
    Number,
    Boolean,
    Date,
}

public enum SearchSplit
{
    /// <summary>The value as a whole.</summary>
    Whole,

    /// <summary>Its words, whatever their case.</summary>
    Words,

    /// <summary>Its parts between semicolons.</summary>
    Semicolons,
}
