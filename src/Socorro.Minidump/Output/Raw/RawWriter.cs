using System.Globalization;
using System.Text;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Output.Raw;

/// <summary>The parts that listings are made of: structures of the table, contexts, bytes.</summary>
sealed class RawWriter(Minidump dump, RawOutput output, bool isBrief)
{
    const int RowBytes = 16;

    /// <summary>Bytes shown of one region of memory, and of a stream that is not understood.</summary>
    const int MostBytes = 16 << 10;

    /// <summary>Bytes shown of all of them: a million regions may be the same bytes.</summary>
    const int MostBytesOfAll = 4 << 20;

    int _shown;

    public RawOutput Output => output;

    public DumpFile File => dump.File;

    /// <summary>The fields of a structure that the table has.</summary>
    public void Write(string structure, Fields bytes)
    {
        foreach (var field in StructureLayout.FieldsOf(structure, bytes.Length))
            output.Field(field.Name, StructureLayout.Show(field, bytes));
    }

    public void Begin(string title, string structure, Fields bytes)
    {
        output.Begin(title, structure);
        Write(structure, bytes);
    }

    /// <summary>A context with all its fields where the table has them, else with its registers.</summary>
    public void WriteContext(Location location)
    {
        if (location.Size == 0)
            return;
        if (!File.TryFields(location, out var bytes))
        {
            output.Field("(context)", "does not lie inside the file");
            return;
        }

        var layout = dump.Cpu == CpuKind.Unknown ? ContextLayout.Guess(bytes) : ContextLayout.Find(dump.Cpu, bytes);
        if (layout is null || bytes.Length < layout.EssentialSize)
        {
            output.Begin("", "CONTEXT");
            Bytes(bytes.Bytes, 0);
            return;
        }

        var name = $"CONTEXT_{layout.Cpu.ToString().ToUpperInvariant()}";
        if (layout.Cpu is CpuKind.X86 or CpuKind.Amd64 || layout is { Cpu: CpuKind.Arm64, FlagsWidth: 4 })
        {
            Begin("", name, bytes);
            WriteExtendedState(layout, bytes);
            return;
        }

        output.Begin("", name);
        output.Field("context_flags", HumanText.Hex(layout.ReadFlags(bytes)));
        var registers = layout.ReadRegisters(bytes);
        var names = CpuTraits.Find(layout.Cpu)!.RegisterNames; // each layout has its traits
        for (var i = 0; i < names.Count; i++)
        {
            if (registers.TryGet(i, out var value))
                output.Field(names[i], HumanText.Hex(value));
        }
    }

    void WriteExtendedState(ContextLayout layout, Fields context)
    {
        if (layout.Cpu is not (CpuKind.X86 or CpuKind.Amd64) || (layout.ReadFlags(context) & ExtendedState.Flag) == 0
            || dump.MiscInfo?.ExtendedState is not { } state || context.Length <= layout.Size)
        {
            return;
        }

        var tail = context.Slice(layout.Size, Math.Min(context.Length - layout.Size, File.Limits.MaxExtendedState));
        foreach (var feature in ExtendedState.FindAll(tail, state))
        {
            var bytes = tail.Slice(feature.Offset, feature.Size);
            var structure = $"XSAVE_{feature.Number}";
            output.Begin("", structure);
            if (StructureLayout.IsKnown(structure))
                Write(structure, bytes);
            else
                Bytes(bytes.Bytes, 0);
        }
    }

    /// <summary>The contents of memory, unless the listing is brief.</summary>
    public void Memory(ulong address, Location location)
    {
        if (isBrief || location.Rva == 0 || location.Size == 0)
            return;

        output.Line("  Memory");
        if (File.TrySlice(location, out var bytes))
            Bytes(bytes.Span, address);
        else
            output.Line("    does not lie inside the file");
    }

    public void WriteUnknown(StreamType type)
    {
        if (!File.TryFindStream(type, 0, out Fields stream))
            return;

        output.Begin("", $"Stream {(Enum.IsDefined(type) ? type.ToString() : HumanText.Hex((uint)type))}:");
        Bytes(stream.Bytes, 0);
    }

    /// <summary>Rows of 16 bytes, each with its address and the characters that they are in ASCII.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes, ulong address)
    {
        var most = Math.Min(MostBytes, MostBytesOfAll - _shown);
        var row = new StringBuilder();
        for (var at = 0; at < Math.Min(bytes.Length, most); at += RowBytes)
        {
            var part = bytes[at..Math.Min(bytes.Length, at + RowBytes)];
            row.Clear().Append(CultureInfo.InvariantCulture, $"    {address + (ulong)at:x8}  {Convert.ToHexStringLower(part),-32}  ");
            foreach (var b in part)
                row.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
            output.Line(row.ToString());
        }

        _shown += Math.Min(bytes.Length, Math.Max(0, most));
        if (bytes.Length > most)
            output.Line($"    … {bytes.Length - Math.Max(0, most)} more bytes");
    }

    /// <summary>A stream that is text: its lines, at most those that the limits let through.</summary>
    public void Text(StreamType type, char separator)
    {
        if (!File.TryFindStream(type, 0, out Fields stream))
            return;

        output.Begin("", $"Stream {type}:");
        var text = Encoding.UTF8.GetString(stream.Bytes[..Math.Min(stream.Length, File.Limits.MaxText)]);
        foreach (var line in text.TrimEnd('\0', '\n').Split(separator))
            output.Line(line);
    }
}
