using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Tests.Symbols;

/// <summary>What rust-minidump's parser makes of symbol texts, record by record.</summary>
public sealed class SymbolFileTests
{
    /// <summary>
    /// Texts that the peer refuses whole for one bad line, and the records that we read of them all the same.
    /// </summary>
    static readonly Dictionary<string, string> Tolerated = new()
    {
        ["MODULE Linux x86 xxxxxx\nFILE 0 foo.c\n"] = "1 bad, file 0 foo.c",
        ["MODULE Linux x86 abcd1234 foo\nFILE x foo.c\n"] = "1 bad, module abcd1234 foo",
        ["MODULE Linux x86 abcd1234 foo\nFUNC xx 1 2 foo\n"] = "1 bad, module abcd1234 foo",
        ["MODULE Linux x86 abcd1234 foo\nthis is some junk\n"] = "1 bad, module abcd1234 foo",
        ["MODULE Linux x86 abcd1234 foo\nFILE 0 foo.c\nFILE"] = "1 bad, module abcd1234 foo, file 0 foo.c",
    };

    /// <summary>A function that lies within another is the innermost one at its addresses; the peer drops it.</summary>
    static readonly Dictionary<string, string> KeptWithinAnother = new()
    {
        ["sym_file::parser::test_parse_with_overlap"] = "function 1001 10 10 some func overlap contained",
    };

    [Fact]
    public void Reads_every_text_into_the_records_that_the_peer_finds()
    {
        var path = SharedData.Path("cases", "stackwalk", "symfile", "parse.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var row in json.RootElement.EnumerateArray())
        {
            var input = row.GetProperty("input").GetString()!;
            var expected = row.TryGetProperty("error", out _)
                ? Tolerated.GetValueOrDefault(input, "refused").Split(", ")
                : Expected(row);
            if (KeptWithinAnother.TryGetValue(row.GetProperty("test").GetString()!, out var extra))
                expected = [.. expected.Append(extra).Order(StringComparer.Ordinal)];

            Assert.Equal(expected.Order(StringComparer.Ordinal), Describe(input));
        }
    }

    [Fact]
    public void Keeps_what_it_can_of_files_that_the_peer_calls_corrupt()
    {
        var path = SharedData.Path("cases", "stackwalk", "symfile", "bad.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var row in json.RootElement.EnumerateArray())
        {
            var text = Encoding.UTF8.GetBytes(row.GetProperty("text").GetString()!);
            var table = SymbolTable.Parse(text, out _);

            Assert.NotNull(table);
            Assert.True(table.IsCorrupt);
            Assert.Equal(table.BadLines, table.Problems.Count);
        }
    }

    static IEnumerable<string> Expected(JsonElement row)
    {
        if (row.GetProperty("module_id").GetString() is { Length: > 0 } id)
            yield return $"module {id} {row.GetProperty("debug_file")}";
        foreach (var file in row.GetProperty("files").EnumerateObject())
            yield return $"file {file.Name} {file.Value}";
        foreach (var origin in row.GetProperty("inline_origins").EnumerateObject())
            yield return $"origin {origin.Name} {origin.Value}";
        foreach (var symbol in row.GetProperty("publics").EnumerateArray())
            yield return $"public {Number(symbol, "address"):x} {Number(symbol, "parameter_size"):x} {symbol.GetProperty("name")}";
        foreach (var function in row.GetProperty("functions").EnumerateArray())
        {
            yield return $"function {Number(function, "address"):x} {Number(function, "size"):x} "
                + $"{Number(function, "parameter_size"):x} {function.GetProperty("name")}";
            foreach (var line in function.GetProperty("lines").EnumerateArray())
                yield return $"line {Number(line, "address"):x} {Number(line, "line")} {Number(line, "file")}";
            foreach (var inline in function.GetProperty("inlinees").EnumerateArray())
                yield return $"inline {inline}";
        }

        foreach (var block in row.GetProperty("cfi").EnumerateArray())
            yield return $"cfi {Number(block, "address"):x} {Number(block, "size"):x}";
        foreach (var list in (string[])["win_framedata", "win_fpo"])
        {
            foreach (var win in row.GetProperty(list).EnumerateArray())
            {
                var tail = win.TryGetProperty("program", out var program)
                    ? program.GetString()
                    : win.GetProperty("allocates_base_pointer").GetBoolean().ToString();
                yield return $"win {Number(win, "address"):x} {Number(win, "size"):x} {Number(win, "prologue_size"):x} "
                    + $"{Number(win, "epilogue_size"):x} {Number(win, "parameter_size"):x} "
                    + $"{Number(win, "saved_register_size"):x} {Number(win, "local_size"):x} "
                    + $"{Number(win, "max_stack_size"):x} {tail}";
            }
        }
    }

    static IEnumerable<string> Describe(string input)
    {
        var table = SymbolTable.Parse(Encoding.UTF8.GetBytes(input), out var problem);
        if (table is null)
        {
            Assert.NotEqual(default, problem);
            return ["refused"];
        }

        return DescribeTable(table).Order(StringComparer.Ordinal);
    }

    static List<string> DescribeTable(SymbolTable table)
    {
        var image = (TableImage)table.Source;
        var lines = new List<string>();
        if (table.BadLines > 0)
            lines.Add($"{table.BadLines} bad");
        if (table.Module.DebugId.Length > 0)
            lines.Add($"module {table.Module.DebugId} {table.Module.DebugFile}");
        AddNames("file", TableSection.Files, image.FindFile);
        AddNames("origin", TableSection.Origins, image.FindOrigin);
        for (var i = 0u; i < image.CountRows(TableSection.Publics, PublicRow.Stride); i++)
        {
            var row = PublicRow.Read(image.ReadRow(TableSection.Publics, i, PublicRow.Stride));
            lines.Add($"public {row.Rva:x} {row.ParameterSize:x} {Utf8(image.ToSymbol(row).Name)}");
        }

        for (var i = 0u; i < image.CountRows(TableSection.Functions, FunctionRow.Stride); i++)
        {
            var row = FunctionRow.Read(image.ReadRow(TableSection.Functions, i, FunctionRow.Stride));
            lines.Add($"function {row.Rva:x} {row.Size:x} {row.ParameterSize:x} {Utf8(image.ToSymbol(row).Name)}");
            var program = image.ReadBlob(TableSection.Blobs, row.Lines).Span;
            for (ulong rva = row.Rva; rva < (ulong)row.Rva + row.Size; rva++)
            {
                if (LineProgram.TryFind(program, row.Rva, rva, out var line) && line.Rva == rva)
                    lines.Add($"line {rva:x} {line.Line} {line.File}");
            }
        }

        for (var i = 0u; i < image.CountRows(TableSection.CfiBlocks, CfiBlock.Stride); i++)
        {
            var row = image.ReadRow(TableSection.CfiBlocks, i, CfiBlock.Stride);
            var (start, size) = (BinaryPrimitives.ReadUInt32LittleEndian(row), BinaryPrimitives.ReadUInt32LittleEndian(row[4..]));
            lines.Add($"cfi {start:x} {size:x}");
        }

        for (var i = 0u; i < image.CountRows(TableSection.WinFrames, WinRow.Stride); i++)
        {
            var win = WinRow.Read(image.ReadRow(TableSection.WinFrames, i, WinRow.Stride), out var program);
            var tail = win.HasProgram
                ? Utf8(image.ReadBlob(TableSection.Blobs, program))
                : win.AllocatesBasePointer.ToString();
            lines.Add($"win {win.Rva:x} {win.Size:x} {win.PrologueSize:x} {win.EpilogueSize:x} {win.ParameterSize:x} "
                + $"{win.SavedRegisterSize:x} {win.LocalSize:x} {win.MaxStackSize:x} {tail}");
        }

        return lines;

        void AddNames(string kind, TableSection section, Func<uint, ReadOnlyMemory<byte>> find)
        {
            for (var i = 0u; i < image.CountRows(section, 8); i++)
            {
                var number = BinaryPrimitives.ReadUInt32LittleEndian(image.ReadRow(section, i, 8));
                lines.Add($"{kind} {number} {Utf8(find(number))}");
            }
        }
    }

    static ulong Number(JsonElement element, string name) => element.GetProperty(name).GetUInt64();

    static string Utf8(ReadOnlyMemory<byte> text) => Encoding.UTF8.GetString(text.Span);
}
