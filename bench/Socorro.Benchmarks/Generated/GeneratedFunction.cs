using System.Globalization;

namespace Socorro.Benchmarks.Generated;

readonly record struct GeneratedLine(uint Rva, uint Size, int Line, int File);

/// <summary>A call that was inlined: its depth, its range, and where the call stands.</summary>
readonly record struct GeneratedInline(int Depth, uint Rva, uint Size, int Origin, int CallLine, int CallFile);

/// <summary>From an address on the canonical frame address is so far above the stack pointer.</summary>
readonly record struct GeneratedRule(uint Rva, int CfaOffset);

/// <summary>One function of a <see cref="GeneratedModule"/>. The same number always gives the same function.</summary>
sealed record GeneratedFunction(
    int Number, uint Rva, uint End, GeneratedLine[] Lines, GeneratedInline[] Inlines, GeneratedRule[] Rules)
{
    static readonly int[] LineCounts = [4, 8, 16, 40, 60, 120];
    static readonly string[] Words =
    [
        "std", "boost", "detail", "basic_string", "allocator", "vector", "shared_ptr", "function", "handler", "operation",
        "executor", "buffer", "map", "pair", "optional", "variant", "char_traits", "unique_ptr", "iterator", "reactor",
    ];

    public string Name => NameOf(Number);

    public static GeneratedFunction Create(int number, uint rva)
    {
        var random = new Random(number);
        var lines = new GeneratedLine[LineCounts[random.Next(LineCounts.Length)]];
        var (at, line, file) = (rva, random.Next(1, 3000), random.Next(GeneratedModule.FileCount));
        for (var i = 0; i < lines.Length; i++)
        {
            line = Math.Max(1, line + random.Next(-20, 21));
            if (random.Next(4) == 0)
                file = random.Next(GeneratedModule.FileCount);
            lines[i] = new(at, (uint)random.Next(2, 30), line, file);
            at += lines[i].Size;
        }

        return new(number, rva, at, lines, CreateInlines(lines, random), CreateRules(rva, at, random));
    }

    /// <summary>The rule in force at an address.</summary>
    public int CfaOffsetAt(uint rva) => Rules.Last(rule => rule.Rva <= rva).CfaOffset;

    /// <summary>About how many bytes its records have.</summary>
    public int EstimateText() => Name.Length + 30 + Lines.Length * 21 + Inlines.Length * 40 + Rules.Length * 38;

    public void WriteRecords(TextWriter text)
    {
        text.WriteLine($"FUNC {Rva:x} {End - Rva:x} 0 {Name}");
        foreach (var i in Inlines)
            text.WriteLine($"INLINE {i.Depth} {i.CallLine} {i.CallFile} {i.Origin} {i.Rva:x} {i.Size:x}");
        foreach (var line in Lines)
            text.WriteLine($"{line.Rva:x} {line.Size:x} {line.Line} {line.File}");
    }

    public void WriteUnwindRecords(TextWriter text)
    {
        text.WriteLine($"STACK CFI INIT {Rva:x} {End - Rva:x} .cfa: $rsp {Rules[0].CfaOffset} + .ra: .cfa -8 + ^");
        foreach (var rule in Rules.AsSpan(1))
            text.WriteLine($"STACK CFI {rule.Rva:x} .cfa: $rsp {rule.CfaOffset} +");
    }

    /// <summary>Names are as long as those of templates are: from 30 to 900 characters.</summary>
    public static string NameOf(int number)
    {
        var random = new Random(number);
        var length = (int[])[30, 60, 120, 300, 900] is var lengths ? lengths[random.Next(lengths.Length)] : 0;
        var name = string.Create(CultureInfo.InvariantCulture, $"product::part_{number}<");
        while (name.Length < length)
            name += $"{Words[random.Next(Words.Length)]}::{Words[random.Next(Words.Length)]}, ";
        return name + "int>::run(char const*)";
    }

    /// <summary>Groups of lines of which each depth takes a part of the one around it.</summary>
    static GeneratedInline[] CreateInlines(GeneratedLine[] lines, Random random)
    {
        var inlines = new List<GeneratedInline>();
        for (var first = random.Next(3); first + 3 < lines.Length; first += random.Next(6, 20))
        {
            var (start, count) = (first, Math.Min(random.Next(3, 7), lines.Length - first));
            for (var depth = 0; count > 0 && depth < 4; depth++)
            {
                var last = lines[start + count - 1];
                inlines.Add(new(
                    depth,
                    lines[start].Rva,
                    last.Rva + last.Size - lines[start].Rva,
                    random.Next(GeneratedModule.OriginCount),
                    random.Next(1, 3000),
                    random.Next(GeneratedModule.FileCount)));
                (start, count) = (start + 1, count - 2);
            }
        }

        return [.. inlines.OrderBy(inline => inline.Depth)];
    }

    static GeneratedRule[] CreateRules(uint rva, uint end, Random random)
    {
        var rules = new List<GeneratedRule> { new(rva, 8) };
        var pushes = Math.Min(random.Next(1, 8), (int)(end - rva) / 4);
        for (var i = 1; i <= pushes; i++)
            rules.Add(new(rva + (uint)i, 8 + 8 * i));
        for (var i = 1; i <= pushes; i++)
            rules.Add(new(end - (uint)(pushes - i) - 1, 8 + 8 * (pushes - i)));
        return [.. rules];
    }
}
