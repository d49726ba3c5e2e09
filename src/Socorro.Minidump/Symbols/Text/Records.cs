using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// The kinds of line in a symbol file. The format is described at
/// https://chromium.googlesource.com/breakpad/breakpad/+/HEAD/docs/symbol_files.md.
/// </summary>
enum RecordKind
{
    Unknown,
    Line,
    Module,
    Info,
    File,
    InlineOrigin,
    Function,
    Inline,
    Public,
    CfiInit,
    CfiRow,
    Win,
}

/// <summary>A FUNC or PUBLIC record.</summary>
ref struct FunctionRecord
{
    public ulong Rva;
    public ulong Size;
    public uint ParameterSize;
    public bool IsMultiple;
    public ReadOnlySpan<byte> Name;

    public static bool TryParseFunction(FieldReader fields, out FunctionRecord record)
    {
        record = new() { IsMultiple = fields.TrySkip("m"u8) };
        var parsed = fields.TryReadHex(out record.Rva)
            && fields.TryReadHex(out record.Size)
            && fields.TryReadHex32(out record.ParameterSize);
        record.Name = fields.ReadRest();
        return parsed && record.Rva <= uint.MaxValue;
    }

    public static bool TryParsePublic(FieldReader fields, out FunctionRecord record)
    {
        record = new() { IsMultiple = fields.TrySkip("m"u8) };
        var parsed = fields.TryReadHex(out record.Rva) && fields.TryReadHex32(out record.ParameterSize);
        record.Name = fields.ReadRest();
        return parsed && record.Rva <= uint.MaxValue;
    }
}

/// <summary>A FILE or INLINE_ORIGIN record.</summary>
ref struct NameRecord
{
    public uint Id;
    public ReadOnlySpan<byte> Name;

    /// <summary>The file that an INLINE_ORIGIN of the old dialect is in; null in the new one.</summary>
    public uint? File;

    public static bool TryParseFile(FieldReader fields, out NameRecord record)
    {
        record = default;
        var parsed = fields.TryReadDecimal(out record.Id);
        record.Name = fields.ReadRest();
        return parsed && !record.Name.IsEmpty;
    }

    /// <summary>An origin may have no name. A number in front of it, with more behind, is a file of the old dialect.</summary>
    public static bool TryParseOrigin(FieldReader fields, out NameRecord record)
    {
        record = default;
        var parsed = fields.TryReadDecimal(out record.Id);
        var old = fields;
        if (old.TryReadDecimal(out var file) && !old.IsAtEnd)
        {
            record.File = file;
            fields = old;
        }

        record.Name = fields.ReadRest();
        return parsed;
    }
}

/// <summary>A line record, the only one without a keyword.</summary>
static class LineRecord
{
    /// <summary>
    /// Reads a record that is written as all converters write it, one blank between fields and a line feed behind, in one go.
    /// Most of a text is such lines. False, with nothing read, when it is not: it may still be a record.
    /// </summary>
    public static bool TryParseAtOnce(ReadOnlySpan<byte> text, ref int position, out LineRow record)
    {
        record = default;
        var at = position;
        if (!Digits.TryReadHex(text, ref at, out record.Rva)
            || !Digits.TryReadHex(text, ref at, out record.Size)
            || !Digits.TryReadDecimal(text, (byte)' ', ref at, out record.Line)
            || !Digits.TryReadDecimal(text, (byte)'\n', ref at, out record.File))
        {
            return false;
        }

        position = at;
        return true;
    }

    public static bool TryParse(FieldReader fields, out LineRow record)
    {
        record = default;
        return fields.TryReadHex(out record.Rva)
            && fields.TryReadHex(out record.Size)
            && fields.TryReadDecimal(out record.Line)
            && fields.TryReadDecimal(out record.File)
            && fields.IsAtEnd;
    }
}

/// <summary>An INLINE record, of which <see cref="Ranges"/> holds the pairs of address and size.</summary>
ref struct InlineRecord
{
    public uint Depth;
    public uint CallLine;
    public uint Origin;
    public FieldReader Ranges;

    /// <summary>The file of the call; null in the old dialect, which has no such field.</summary>
    public uint? CallFile;

    /// <summary>The dialects are told apart by parity: the old one has one field less in front of the pairs.</summary>
    public static bool TryParse(FieldReader fields, out InlineRecord record)
    {
        record = default;
        var count = fields.CountFields();
        if (count < 5 || !fields.TryReadDecimal(out record.Depth) || !fields.TryReadDecimal(out record.CallLine))
            return false;

        if (count % 2 == 0)
        {
            if (!fields.TryReadDecimal(out var file))
                return false;

            record.CallFile = file;
        }

        var parsed = fields.TryReadDecimal(out record.Origin);
        record.Ranges = fields;
        return parsed;
    }
}

/// <summary>A STACK CFI record, with the size of its range when it is an INIT.</summary>
ref struct CfiRecord
{
    public ulong Rva;
    public ulong Size;
    public ReadOnlySpan<byte> Rules;

    public static bool TryParseInit(FieldReader fields, out CfiRecord record)
    {
        record = default;
        var parsed = fields.TryReadHex(out record.Rva) && fields.TryReadHex(out record.Size);
        record.Rules = fields.ReadRest();
        return parsed && !record.Rules.IsEmpty && record.Rva <= uint.MaxValue;
    }

    public static bool TryParseRow(FieldReader fields, out CfiRecord record)
    {
        record = default;
        var parsed = fields.TryReadHex(out record.Rva);
        record.Rules = fields.ReadRest();
        return parsed && !record.Rules.IsEmpty && record.Rva <= uint.MaxValue;
    }
}

/// <summary>A STACK WIN record.</summary>
ref struct WinRecord
{
    public const uint Fpo = 0;
    public const uint FrameData = 4;

    public uint Type;
    public ulong Rva;
    public uint Size;
    public uint PrologueSize;
    public uint EpilogueSize;
    public uint ParameterSize;
    public uint SavedRegisterSize;
    public uint LocalSize;
    public uint MaxStackSize;
    public bool HasProgram;
    public bool AllocatesBasePointer;
    public ReadOnlySpan<byte> Program;

    /// <summary>Other types than these two are not documented; a type that contradicts its own program is not believed.</summary>
    public readonly bool IsUsable => Type is Fpo or FrameData && HasProgram == (Type == FrameData);

    /// <summary>The record but for its program.</summary>
    public readonly WinFrame ToFrame() => new()
    {
        Rva = Rva,
        Size = AddressRange.ClampSize(Rva, Size),
        PrologueSize = PrologueSize,
        EpilogueSize = EpilogueSize,
        ParameterSize = ParameterSize,
        SavedRegisterSize = SavedRegisterSize,
        LocalSize = LocalSize,
        MaxStackSize = MaxStackSize,
        HasProgram = HasProgram,
        AllocatesBasePointer = AllocatesBasePointer,
    };

    public static bool TryParse(FieldReader fields, out WinRecord record)
    {
        record = default;
        if (!fields.TryReadHex32(out record.Type)
            || !fields.TryReadHex(out record.Rva)
            || !fields.TryReadHex32(out record.Size)
            || !fields.TryReadHex32(out record.PrologueSize)
            || !fields.TryReadHex32(out record.EpilogueSize)
            || !fields.TryReadHex32(out record.ParameterSize)
            || !fields.TryReadHex32(out record.SavedRegisterSize)
            || !fields.TryReadHex32(out record.LocalSize)
            || !fields.TryReadHex32(out record.MaxStackSize)
            || !fields.TryReadHex32(out var hasProgram))
        {
            return false;
        }

        record.HasProgram = hasProgram != 0;
        record.Program = fields.ReadRest();
        record.AllocatesBasePointer = !record.HasProgram && record.Program is not ([] or [(byte)'0']);
        return record.Rva <= uint.MaxValue && !record.Program.IsEmpty;
    }
}
