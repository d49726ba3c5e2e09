using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Socorro.Conditions;

namespace Socorro.Fields;

/// <summary>Reads field declarations: a JSON array of rows, each an object with the members of <see cref="FieldRow"/>.</summary>
sealed partial class FieldReader
{
    static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    readonly Dictionary<string, string> _declaredIn = [];
    readonly Dictionary<string, string> _searchNames = [];
    readonly Dictionary<string, string> _publicCopies = [];
    readonly Dictionary<string, string> _protected = [];

    public List<Field> Fields { get; } = [];

    public List<string> Errors { get; } = [];

    public void ReadFile(string file)
    {
        try
        {
            Read(file, LooseJson.ReadFile(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Errors.Add($"{file} can't be read: {e.Message}");
        }
    }

    public void Read(string file, ReadOnlyMemory<byte> json)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            using var document = JsonDocument.Parse(json, options);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                Errors.Add($"{file} is not a JSON array of field declarations");
            else
                ReadRows(file, document.RootElement);
        }
        catch (JsonException e)
        {
            Errors.Add($"{file}, line {e.LineNumber + 1}: is not JSON");
        }
    }

    void ReadRows(string file, JsonElement rows)
    {
        var number = 0;
        foreach (var element in rows.EnumerateArray())
        {
            number++;
            try
            {
                var row = element.Deserialize<FieldRow>(Options);
                if (row is null)
                    Errors.Add($"{file}, row {number}: is null");
                else
                    Add(row, element, file, $"{file}, row {number} ({row.Name ?? "no name"})");
            }
            catch (JsonException e)
            {
                Errors.Add($"{file}, row {number}: {Explain(e)}");
            }
        }
    }

    void Add(FieldRow row, JsonElement element, string file, string where)
    {
        var mistakes = Errors.Count;
        void Refuse(string what) => Errors.Add($"{where}: {what}");

        if (row.Name is null || !NamePattern().IsMatch(row.Name))
            Refuse("name must be letters, digits and underscores, and begin with a letter");
        else if (Fields.Find(field => field.Covers(row.Name)) is { } pattern)
            Refuse($"is one of {pattern.Name}, which is declared in {_declaredIn[pattern.Name]}");
        else if (!_declaredIn.TryAdd(row.Name, file))
            Refuse($"is declared already in {_declaredIn[row.Name]}");

        if (row.Public is null)
            Refuse("public must be true or false");
        if (string.IsNullOrWhiteSpace(row.About))
            Refuse("about must say what it means");

        var type = Choose<FieldType>(row.Type, "type", Refuse);
        var form = row.Form is null ? FieldForm.Plain : Choose<FieldForm>(row.Form, "form", Refuse);
        var source = ReadSource(row, element, Refuse);
        var search = ReadSearch(row, Refuse);
        var place = ReadPlace(row.Show, Refuse);
        CheckDefault(row.Default, type, Refuse);
        if (row.Annotations?.Any(string.IsNullOrWhiteSpace) == true)
            Refuse("annotations has one without a name");
        if (row.PublicParts?.Any(part => string.IsNullOrEmpty(part) || part.Split('.').Contains("")) == true)
            Refuse("public_parts are members with dots between, such as a.b");
        if (Errors.Count > mistakes)
            return;

        var field = new Field
        {
            Name = row.Name!, // Checked above, as are the others.
            Type = type,
            Source = source!,
            DeclaredAt = where,
            About = row.About!,
            IsPublic = row.Public!.Value,
            PublicParts = row.PublicParts ?? [],
            Default = row.Default,
            Form = form,
            Search = search,
            Place = place,
        };
        CheckCopies(field, Refuse);
        Fields.Add(field);
    }

    static FieldSource? ReadSource(FieldRow row, JsonElement element, Action<string> refuse)
    {
        var annotations = row.Annotations ?? [];
        switch (row)
        {
            case { From: not null, Report: null, Rule: null } when annotations.Count == 0:
                return new FieldSource.Mapping(MappingReader.Read(element, refuse));
            case { From: not null }:
                break;
            case { Rule: { } rule, Report: null }:
                return new FieldSource.Rule(rule, annotations);
            case { Report: { Length: > 0 } path, Rule: null } when annotations.Count == 0:
                return new FieldSource.Report(path.Split('.'));
            case { Rule: null, Report: null } when annotations.Count > 0:
                return new FieldSource.Annotation(annotations);
        }

        refuse("must say where it comes from: annotations, report, from, or rule");
        return null;
    }

    FieldSearch? ReadSearch(FieldRow row, Action<string> refuse)
    {
        if (row.Search is null)
        {
            if (row.Split is not null || row.SearchName is not null)
                refuse("split and search_name need search");
            return null;
        }

        var type = Choose<SearchType>(row.Search, "search", refuse);
        var split = row.Split is null ? SearchSplit.Whole : Choose<SearchSplit>(row.Split, "split", refuse);
        var name = row.SearchName ?? row.Name ?? "";
        if (!_searchNames.TryAdd(name, name))
            refuse($"search_name '{name}' is taken");

        return new(name, type, split);
    }

    static FieldPlace? ReadPlace(string? show, Action<string> refuse)
    {
        if (show is null)
            return null;

        if (show.Split('/') is [{ Length: > 0 } group, { Length: > 0 } label])
            return new(group, label);

        refuse("show must be a group and a label with / between");
        return null;
    }

    static void CheckDefault(JsonNode? value, FieldType type, Action<string> refuse)
    {
        if (value is not null && !FieldValue.IsOf(type, value))
            refuse("default is not of its type");
    }

    /// <summary>Else a public copy would give away what a protected field keeps.</summary>
    void CheckCopies(Field field, Action<string> refuse)
    {
        var names = field.IsPublic ? field.CopiedAnnotations : field.Annotations;
        foreach (var name in names)
        {
            (field.IsPublic ? _publicCopies : _protected).TryAdd(name, field.Name);
            if ((field.IsPublic ? _protected : _publicCopies).TryGetValue(name, out var other))
                refuse($"annotation {name} feeds {other}, which is {(field.IsPublic ? "protected" : "public")}");
        }
    }

    /// <summary>The same for what is copied from the report, and from fields, which may be declared later.</summary>
    public void CheckSources()
    {
        var kept = Fields.Where(field => !field.IsPublic || field.PublicParts.Count > 0).Select(field => field.Name).ToHashSet();
        var parts = Fields.Find(field => field.Name == "json_dump")?.PublicParts ?? [];
        foreach (var field in Fields.Where(field => field.IsPublic))
        {
            foreach (var copied in field.Copied)
            {
                var isKept = copied switch
                {
                    Subject.Field { Name: var name } => kept.Contains(name),
                    Subject.Report { Path: var path } => !parts.Any(part => IsWithin(path, part)),
                    _ => false,
                };
                if (isKept)
                    Errors.Add($"{field.DeclaredAt}: copies {copied}, not all of which is public, and is public itself");
            }
        }
    }

    /// <summary>Whether a place in the report, whatever items of lists it goes through, is or is in a public part.</summary>
    static bool IsWithin(IReadOnlyList<string> path, string part)
    {
        var names = string.Join('.', path.Where(step => step != "*" && !step.All(char.IsAsciiDigit)));
        return names == part || names.StartsWith($"{part}.", StringComparison.Ordinal);
    }

    static T Choose<T>(string? text, string what, Action<string> refuse) where T : struct, Enum
    {
        if (Enum.TryParse<T>(text, ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0]))
            return value;

        var choices = string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));
        refuse($"{what} '{text}' is none of {choices}");
        return default;
    }

    static string Explain(JsonException e)
    {
        var unknown = UnknownMember().Match(e.Message);
        return unknown.Success ? $"has no use for '{unknown.Groups[1].Value}'" : e.Path?.TrimStart('$', '.') switch
        {
            null or "" => "is no object",
            "public" => "public must be true or false",
            "annotations" or "public_parts" => $"{e.Path[2..]} must be a list of texts",
            var path => $"{path} must be a text",
        };
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]*\*?\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex("property '([^']*)' could not be mapped")]
    private static partial Regex UnknownMember();
}

/// <summary>One declaration as it is written in a file.</summary>
sealed record FieldRow
{
    public string? Name { get; init; }

    public string? Type { get; init; }

    public bool? Public { get; init; }

    public string? About { get; init; }

    public IReadOnlyList<string>? Annotations { get; init; }

    /// <summary>A path in the stack walker's report, with dots.</summary>
    public string? Report { get; init; }

    public string? Rule { get; init; }

    /// <summary>The steps of a mapping; see <see cref="MappingReader"/>.</summary>
    public JsonNode? From { get; init; }

    public JsonNode? Default { get; init; }

    public string? Form { get; init; }

    public string? Search { get; init; }

    public string? SearchName { get; init; }

    public string? Split { get; init; }

    /// <summary>Group and label on the report page, with / between.</summary>
    public string? Show { get; init; }

    public IReadOnlyList<string>? PublicParts { get; init; }
}
