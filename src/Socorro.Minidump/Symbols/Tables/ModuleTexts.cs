using System.Text;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>What a symbol file says of its module, and what was wrong in it: a section of its own in a table.</summary>
sealed record ModuleTexts(SymbolModule Module, int BadLines, IReadOnlyList<Problem> Problems)
{
    const int ModuleTextCount = 8;

    public static ModuleTexts Read(ReadOnlySpan<byte> section)
    {
        var reader = new VariableReader(section);
        if (!reader.TryRead32(out var badLines))
            throw new DamagedTableException("the module's section is cut short");

        var texts = new List<string>();
        while (!reader.IsAtEnd)
        {
            if (!reader.TryRead(out var length) || !reader.TryTake(length, out var bytes))
                throw new DamagedTableException("the module's section is cut short");

            texts.Add(Encoding.UTF8.GetString(bytes));
        }

        if (texts.Count < ModuleTextCount || (texts.Count - ModuleTextCount) % 2 != 0)
            throw new DamagedTableException($"the module's section has {texts.Count} texts");

        var module = new SymbolModule
        {
            Os = texts[0],
            Cpu = texts[1],
            DebugId = texts[2],
            DebugFile = texts[3],
            CodeId = texts[4],
            CodeFile = texts[5],
            Url = texts[6],
            Generator = texts[7],
        };
        var problems = texts.Skip(ModuleTextCount).Chunk(2).Select(pair => new Problem(pair[0], pair[1]));
        return new(module, (int)badLines, [.. problems]);
    }

    public void Write(ByteBuffer section)
    {
        section.WriteVariable((uint)BadLines);
        ReadOnlySpan<string> texts =
        [
            Module.Os,
            Module.Cpu,
            Module.DebugId,
            Module.DebugFile,
            Module.CodeId,
            Module.CodeFile,
            Module.Url,
            Module.Generator,
        ];
        foreach (var text in texts)
            WriteText(section, text);
        foreach (var problem in Problems)
        {
            WriteText(section, problem.Where);
            WriteText(section, problem.What);
        }
    }

    static void WriteText(ByteBuffer section, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        section.WriteVariable((uint)bytes.Length);
        section.Write(bytes);
    }
}
