using System.Text;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Reads MODULE and INFO records.</summary>
static class ModuleRecord
{
    public static bool TryParse(FieldReader fields, SymbolModule before, out SymbolModule module)
    {
        module = before;
        if (!fields.TryReadWord(out var os) || !fields.TryReadWord(out var cpu) || !fields.TryReadWord(out var id))
            return false;

        var name = fields.ReadRest();
        if (name.IsEmpty || id.ContainsAnyExcept(HexDigits))
            return false;

        module = before with
        {
            Os = Encoding.UTF8.GetString(os),
            Cpu = Encoding.UTF8.GetString(cpu),
            DebugId = Encoding.UTF8.GetString(id),
            DebugFile = Encoding.UTF8.GetString(name),
        };
        return true;
    }

    /// <summary>Adds what an INFO record says; those of unknown kinds say nothing.</summary>
    public static SymbolModule WithInfo(FieldReader fields, SymbolModule module)
    {
        if (fields.TrySkip("CODE_ID"u8) && fields.TryReadWord(out var id))
        {
            return module with
            {
                CodeId = Encoding.UTF8.GetString(id),
                CodeFile = Encoding.UTF8.GetString(fields.ReadRest()),
            };
        }

        if (fields.TrySkip("URL"u8))
            return module with { Url = Encoding.UTF8.GetString(fields.ReadRest()) };

        return fields.TrySkip("GENERATOR"u8)
            ? module with { Generator = Encoding.UTF8.GetString(fields.ReadRest()) }
            : module;
    }

    /// <summary>The keyword of a kind of record.</summary>
    public static string NameOf(RecordKind kind) => kind switch
    {
        RecordKind.Line => "line",
        RecordKind.Module => "MODULE",
        RecordKind.Info => "INFO",
        RecordKind.File => "FILE",
        RecordKind.InlineOrigin => "INLINE_ORIGIN",
        RecordKind.Function => "FUNC",
        RecordKind.Inline => "INLINE",
        RecordKind.Public => "PUBLIC",
        RecordKind.CfiInit => "STACK CFI INIT",
        RecordKind.CfiRow => "STACK CFI",
        RecordKind.Win => "STACK WIN",
        _ => "known",
    };

    static readonly System.Buffers.SearchValues<byte> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdefABCDEF"u8);
}
