using System.Globalization;
using System.Text;
using System.Text.Json;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests.Symbols;

/// <summary>What Breakpad's resolver says of every address in a span of five symbol files.</summary>
public sealed class SymbolSweepTests
{
    [Theory]
    [InlineData("linux_inline-new")]
    [InlineData("linux_inline-old")]
    [InlineData("module1")]
    [InlineData("module2")]
    [InlineData("plugin")]
    public void Answers_every_address_as_the_peer_does(string name)
    {
        var path = SharedData.Path("cases", "stackwalk", "symfile", $"sweep-{name}.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var text = json.RootElement.GetProperty("symbol_file").GetString()!;
        var table = SymbolTable.Parse(Encoding.UTF8.GetBytes(text), out _)!;

        foreach (var range in json.RootElement.GetProperty("ranges").EnumerateArray())
        {
            var (win, cfi, last) = (ExpectedWin(range), ExpectedCfi(range), ParseHex(range, "to"));
            for (var rva = ParseHex(range, "from"); rva <= last; rva++)
            {
                Assert.Equal(Expected(name, range, rva), Describe(table, rva));
                Assert.Equal(win, DescribeWin(table, rva));
                Assert.Equal(cfi, DescribeCfi(table, rva));
            }
        }
    }

    /// <summary>
    /// A PUBLIC symbol has no size. The peer believes it up to the next symbol; we stop at the next range of unwind rules,
    /// at the end of its own, and after 64 KiB.
    /// </summary>
    static bool IsBeyondBelief(string name, ulong rva) => (name, rva) switch
    {
        ("module2", >= 0x3df0) => true,
        ("plugin", >= 0x1020 and < 0x1050) => true,
        _ => false,
    };

    static string Expected(string name, JsonElement range, ulong rva)
    {
        var function = range.GetProperty("function").GetString();
        if (function is null || IsBeyondBelief(name, rva))
            return "nothing";

        var text = new StringBuilder();
        foreach (var inline in range.TryGetProperty("inlines", out var list) ? list.EnumerateArray().ToArray() : [])
            text.Append(CultureInfo.InvariantCulture, $"{Text(inline, "function")} {Text(inline, "file")}:{inline.GetProperty("line")} < ");
        text.Append(CultureInfo.InvariantCulture, $"{function} {ParseHex(range, "function_base"):x} {range.GetProperty("multiple")}");
        if (range.TryGetProperty("file", out var file))
            text.Append(CultureInfo.InvariantCulture, $" {file}:{range.GetProperty("line")} {ParseHex(range, "line_base"):x}");
        return text.ToString();
    }

    static string Describe(SymbolTable table, ulong rva)
    {
        var inlines = new InlineSymbol[8];
        if (!table.TryFind(rva, inlines, out var hit))
            return "nothing";

        var text = new StringBuilder();
        foreach (var inline in inlines.AsSpan(0, hit.InlineCount))
            text.Append(CultureInfo.InvariantCulture, $"{Utf8(inline.Name)} {Utf8(inline.File)}:{inline.Line} < ");
        text.Append(CultureInfo.InvariantCulture, $"{Utf8(hit.Function.Name)} {hit.Function.Rva:x} {hit.Function.IsMultiple}");
        if (table.TryFindLine(rva, out var line))
            text.Append(CultureInfo.InvariantCulture, $" {Utf8(hit.File)}:{hit.Line} {line.Rva:x}");
        return text.ToString();
    }

    static string ExpectedWin(JsonElement range)
    {
        if (!range.TryGetProperty("win", out var win))
            return "none";

        // Where there is no record the peer answers with the parameter size of the function alone.
        return win.GetProperty("type").GetInt32() == 4
            ? $"{win.GetProperty("parameter_size")} {Text(win, "program")}"
            : $"function {win.GetProperty("parameter_size")}";
    }

    static string DescribeWin(SymbolTable table, ulong rva)
    {
        if (table.TryFindWin(rva, out var frame))
            return $"{frame.ParameterSize} {Utf8(frame.Program)}";

        return table.TryFindFunction(rva, out var function) && !function.IsPublic
            ? $"function {function.ParameterSize}"
            : "none";
    }

    static string ExpectedCfi(JsonElement range)
    {
        if (!range.TryGetProperty("cfi", out var cfi))
            return "none";

        var text = $"MODULE Linux x86 0 x\nSTACK CFI INIT 0 1 {cfi.GetString()}\n";
        return DescribeCfi(SymbolTable.Parse(Encoding.UTF8.GetBytes(text), out _)!, 0);
    }

    /// <summary>The peer sorts rules by name; ours stand in the order of evaluation.</summary>
    static string DescribeCfi(SymbolTable table, ulong rva)
    {
        if (!table.TryFindCfi(rva, out var rules))
            return "none";

        var parts = new List<string>();
        foreach (var word in rules.ToString().Split(' '))
        {
            if (word.EndsWith(':'))
                parts.Add(word);
            else
                parts[^1] += " " + word;
        }

        return string.Join(" ", parts.Order(StringComparer.Ordinal));
    }

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    static string Utf8(ReadOnlyMemory<byte> text) => Encoding.UTF8.GetString(text.Span);

    static ulong ParseHex(JsonElement element, string name) =>
        ulong.Parse(Text(element, name)[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
