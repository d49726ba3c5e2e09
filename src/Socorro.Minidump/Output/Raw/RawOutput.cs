using System.Text.Json;

namespace Socorro.Minidumps.Output.Raw;

/// <summary>Where a raw listing goes: structures with their fields, and lines of text.</summary>
abstract class RawOutput
{
    /// <summary>Begins a structure.</summary>
    /// <param name="title">Which of several it is, such as "thread[0]"; empty for the only one.</param>
    public abstract void Begin(string title, string structure);

    public abstract void Field(string name, string value);

    /// <summary>A line of a stream that is text, or of a dump of bytes.</summary>
    public abstract void Line(string text);

    /// <summary>Ends the listing.</summary>
    public abstract void End();
}

/// <summary>Text as minidump-stackwalk --dump writes it. Names are padded, so that values stand below each other.</summary>
sealed class RawText(TextWriter output) : RawOutput
{
    readonly List<(string Name, string Value)> _fields = [];
    bool _isBegun;

    public override void Begin(string title, string structure)
    {
        if (_isBegun)
            Flush();
        _isBegun = true;
        if (title.Length > 0)
            output.Write(HumanText.Clean(title) + "\n");
        output.Write(structure + "\n");
    }

    public override void Field(string name, string value) => _fields.Add((HumanText.Clean(name), HumanText.Clean(value)));

    public override void Line(string text)
    {
        Flush(isLast: false);
        output.Write(HumanText.Clean(text.Replace('\t', ' ')) + "\n");
    }

    public override void End()
    {
        Flush();
        output.Flush();
    }

    void Flush(bool isLast = true)
    {
        // A long name, which only annotations have, does not push all others to the right.
        var width = _fields.Count == 0 ? 0 : _fields.Max(field => Math.Min(field.Name.Length, 48));
        foreach (var (name, value) in _fields)
            output.Write($"  {name.PadRight(width)} = {value}\n");
        _fields.Clear();
        if (isLast)
            output.Write("\n");
    }
}

/// <summary>An array of structures, each with its title, name, fields and lines.</summary>
sealed class RawJson : RawOutput, IDisposable
{
    readonly Utf8JsonWriter _json;
    readonly List<string> _lines = [];
    bool _isOpen;

    public RawJson(Stream output, bool isPretty)
    {
        _json = new(output, new() { Indented = isPretty, IndentSize = 2, NewLine = "\n", Encoder = JsonReport.Encoder, SkipValidation = true });
        _json.WriteStartArray();
    }

    public override void Begin(string title, string structure)
    {
        Close();
        _isOpen = true;
        _json.WriteStartObject();
        _json.WriteString("structure", structure);
        _json.WriteString("title", title);
        _json.WriteStartArray("fields");
    }

    public override void Field(string name, string value)
    {
        _json.WriteStartObject();
        _json.WriteString("name", name);
        _json.WriteString("value", value);
        _json.WriteEndObject();
    }

    public override void Line(string text) => _lines.Add(text);

    public override void End()
    {
        Close();
        _json.WriteEndArray();
        _json.Flush();
    }

    public void Dispose() => _json.Dispose();

    void Close()
    {
        if (!_isOpen)
            return;

        _json.WriteEndArray();
        if (_lines.Count > 0)
        {
            _json.WriteStartArray("lines");
            foreach (var line in _lines)
                _json.WriteStringValue(line);
            _json.WriteEndArray();
            _lines.Clear();
        }

        _json.WriteEndObject();
        _json.Flush();
        _isOpen = false;
    }
}
