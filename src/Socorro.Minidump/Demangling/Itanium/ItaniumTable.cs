using System.Collections.Frozen;

namespace Socorro.Minidumps.Demangling.Itanium;

/// <summary>A row of the table: a code of the ABI and what it stands for.</summary>
/// <param name="Detail">Of a type the suffix of its literals, of an operator the number of operands, of an abbreviation the long form.</param>
sealed record ItaniumCode(string Text, string Detail);

/// <summary>The codes that the ABI gives to builtin types, operators and parts of the standard library.</summary>
static class ItaniumTable
{
    public static readonly FrozenDictionary<string, ItaniumCode> Types = Load("type");
    public static readonly FrozenDictionary<string, ItaniumCode> Operators = Load("op");
    public static readonly FrozenDictionary<string, ItaniumCode> Abbreviations = Load("std");

    static FrozenDictionary<string, ItaniumCode> Load(string kind)
    {
        var type = typeof(ItaniumTable);
        using var stream = type.Assembly.GetManifestResourceStream(type, "itanium.txt")
            ?? throw new InvalidOperationException("itanium.txt is not embedded");
        using var reader = new StreamReader(stream);
        var codes = new Dictionary<string, ItaniumCode>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Split(' ', 4) is [var of, var code, var detail, var text] && of == kind)
                codes.Add(code, new(text == "~" ? text : text.Replace('~', ' '), detail.Replace('~', ' ')));
        }

        return codes.ToFrozenDictionary();
    }
}
