using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Output.Raw;

/// <summary>A field of a structure: where it stands, and how it is shown. The rows of structures.txt.</summary>
readonly record struct StructureField(string Name, int Offset, int Size, bool IsNumber, char Form);

/// <summary>The structures whose fields are all listed in a table.</summary>
static class StructureLayout
{
    static readonly FrozenDictionary<string, StructureField[]> All = Load().ToFrozenDictionary();

    public static bool IsKnown(string structure) => All.ContainsKey(structure);

    /// <summary>The fields of a structure that are all there; later ones are left out of one that was cut.</summary>
    public static IEnumerable<StructureField> FieldsOf(string structure, int available) =>
        All[structure].Where(field => field.Offset + field.Size <= available);

    public static string Show(StructureField field, Fields structure)
    {
        var bytes = structure.Bytes.Slice(field.Offset, field.Size);
        if (!field.IsNumber)
            return "0x" + Convert.ToHexStringLower(bytes);

        if (field.Size == 16)
        {
            var wide = structure.BigEndian ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : BinaryPrimitives.ReadUInt128LittleEndian(bytes);
            return "0x" + wide.ToString("x", CultureInfo.InvariantCulture);
        }

        var number = field.Size switch
        {
            1 => bytes[0],
            2 => structure.UInt16(field.Offset),
            4 => structure.UInt32(field.Offset),
            _ => structure.UInt64(field.Offset),
        };
        return field.Form switch
        {
            'p' => $"{HumanText.Hex(structure.UInt32(field.Offset))}:{HumanText.Hex(structure.UInt32(field.Offset + 4))}",
            'd' => number.ToString(CultureInfo.InvariantCulture),
            't' => $"{HumanText.Hex(number)} {Time(number)}",
            _ => HumanText.Hex(number),
        };
    }

    /// <summary>Seconds since 1970 as a date.</summary>
    public static string Time(ulong seconds) => seconds > uint.MaxValue
        ? "(no time)"
        : DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    static Dictionary<string, StructureField[]> Load()
    {
        var all = new Dictionary<string, StructureField[]>();
        var fields = new List<StructureField>();
        var name = "";
        foreach (var line in ReadLines("structures.txt"))
        {
            if (line.Split(' ') is [var offset, var type, var field, [var form]])
            {
                fields.AddRange(Expand(int.Parse(offset, CultureInfo.InvariantCulture), type, field.Replace('~', ' '), form));
                continue;
            }

            if (fields.Count > 0)
                all.Add(name, [.. fields]);
            fields.Clear();
            name = line;
        }

        all.Add(name, [.. fields]);
        return all;
    }

    public static IEnumerable<string> ReadLines(string table)
    {
        using var stream = typeof(StructureLayout).Assembly.GetManifestResourceStream($"Socorro.Minidumps.Output.Raw.{table}")
            ?? throw new InvalidOperationException($"{table} is not in the assembly");
        using var text = new StreamReader(stream, Encoding.UTF8);
        while (text.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return line;
        }
    }

    static IEnumerable<StructureField> Expand(int offset, string type, string name, char form)
    {
        var parts = type.Split('*');
        var isNumber = !parts[0].StartsWith("bytes", StringComparison.Ordinal);
        var bits = int.Parse(parts[0].AsSpan(isNumber ? 1 : 5), CultureInfo.InvariantCulture);
        var size = isNumber ? bits / 8 : bits;
        var count = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1;
        for (var i = 0; i < count; i++)
        {
            var full = name.Replace("%2", $"{i,2}", StringComparison.Ordinal)
                .Replace("%", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            yield return new(full, offset + i * size, size, isNumber, form);
        }
    }
}
