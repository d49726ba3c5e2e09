using System.Buffers.Binary;
using System.Text.Json;

namespace Socorro.Benchmarks.Generated;

/// <summary>
/// A minidump of a process whose threads are deep in a <see cref="GeneratedModule"/>, and what its stacks truly are.
/// </summary>
static class GeneratedDump
{
    const ulong ModuleBase = 0x7f00_0000_0000;
    const ulong FirstStack = 0x7ffe_0000_0000;
    const ulong StackDistance = 0x1000_0000;
    const int ContextSize = 1232;
    const int ThreadSize = 48;
    const int ModuleSize = 108;
    const int RipOffset = 248;
    const int RspOffset = 152;

    /// <summary>Writes the dump, and its frames as JSON: for each thread, for each frame, inlines first.</summary>
    public static void Write(GeneratedModule module, int threads, int frames, Stream dump, Stream truth)
    {
        var random = new Random(threads * 1000 + frames);
        using var json = new Utf8JsonWriter(truth);
        json.WriteStartArray();
        var stacks = new List<(ulong Start, byte[] Bytes, ulong Pc)>();
        for (var i = 0; i < threads; i++)
        {
            json.WriteStartArray();
            stacks.Add(BuildStack(module, frames, FirstStack + (ulong)i * StackDistance, random, json));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        WriteDump(module, stacks, dump);
    }

    static (ulong Start, byte[] Bytes, ulong Pc) BuildStack(
        GeneratedModule module, int frames, ulong start, Random random, Utf8JsonWriter json)
    {
        var stack = new List<byte>();
        var context = 0ul;
        for (var i = 0; i < frames; i++)
        {
            var function = module.GetFunction(random.Next(module.FunctionCount));
            var rva = (uint)random.NextInt64(function.Rva + 1, function.End);
            if (i == 0)
                context = ModuleBase + rva;
            else
                Push(stack, ModuleBase + rva);

            // Above its return address a frame has what its rules say; the caller's own address stands at the top of that.
            var lookup = i == 0 ? rva : rva - 1;
            WriteFrame(json, function, lookup);
            for (var filler = function.CfaOffsetAt(lookup) - 8; filler > 0; filler -= 8)
                Push(stack, 0);
        }

        Push(stack, 0);
        return (start, [.. stack], context);
    }

    static void Push(List<byte> stack, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stack.AddRange(bytes);
    }

    static void WriteFrame(Utf8JsonWriter json, GeneratedFunction function, uint rva)
    {
        var line = function.Lines.First(line => rva - line.Rva < line.Size);
        var position = (line.File, line.Line);
        json.WriteStartObject();
        json.WriteStartArray("inlines");
        foreach (var inline in function.Inlines.Where(inline => rva - inline.Rva < inline.Size).OrderByDescending(i => i.Depth))
        {
            json.WriteStartObject();
            WritePosition(json, GeneratedModule.OriginName(inline.Origin), position);
            json.WriteEndObject();
            position = (inline.CallFile, inline.CallLine);
        }

        json.WriteEndArray();
        WritePosition(json, function.Name, position);
        json.WriteEndObject();
    }

    static void WritePosition(Utf8JsonWriter json, string function, (int File, int Line) position)
    {
        json.WriteString("function", function);
        json.WriteString("file", GeneratedModule.FileName(position.File));
        json.WriteNumber("line", position.Line);
    }

    static void WriteDump(GeneratedModule module, List<(ulong Start, byte[] Bytes, ulong Pc)> stacks, Stream dump)
    {
        var parts = new DumpParts();
        var systemInfo = new byte[56];
        BinaryPrimitives.WriteUInt16LittleEndian(systemInfo, 9);
        BinaryPrimitives.WriteUInt32LittleEndian(systemInfo.AsSpan(20), 0x8201);
        parts.AddStream(7, systemInfo);

        var threads = new byte[4 + stacks.Count * ThreadSize];
        BinaryPrimitives.WriteUInt32LittleEndian(threads, (uint)stacks.Count);
        for (var i = 0; i < stacks.Count; i++)
        {
            var (start, bytes, pc) = stacks[i];
            var thread = threads.AsSpan(4 + i * ThreadSize);
            BinaryPrimitives.WriteUInt32LittleEndian(thread, (uint)(1000 + i));
            BinaryPrimitives.WriteUInt64LittleEndian(thread[24..], start);
            DumpParts.WriteLocation(thread[32..], bytes.Length, parts.Add(bytes));
            DumpParts.WriteLocation(thread[40..], ContextSize, parts.Add(CreateContext(start, pc)));
        }

        parts.AddStream(3, threads);
        parts.AddStream(4, CreateModules(module, parts));
        parts.WriteTo(dump);
    }

    static byte[] CreateContext(ulong sp, ulong pc)
    {
        var context = new byte[ContextSize];
        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(48), 0x10001f);
        BinaryPrimitives.WriteUInt64LittleEndian(context.AsSpan(RspOffset), sp);
        BinaryPrimitives.WriteUInt64LittleEndian(context.AsSpan(RipOffset), pc);
        return context;
    }

    static byte[] CreateModules(GeneratedModule module, DumpParts parts)
    {
        // An ELF CodeView record: its build id's first 16 bytes are the debug id, three fields of it swapped.
        var id = Convert.FromHexString(GeneratedModule.DebugId[..32]);
        var record = new byte[4 + id.Length];
        "LEpB"u8.CopyTo(record);
        ReadOnlySpan<byte> order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        for (var i = 0; i < order.Length; i++)
            record[4 + i] = id[order[i]];

        var list = new byte[4 + ModuleSize];
        list[0] = 1;
        var entry = list.AsSpan(4);
        BinaryPrimitives.WriteUInt64LittleEndian(entry, ModuleBase);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], module.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[20..], parts.AddString("/usr/lib/" + GeneratedModule.Name));
        DumpParts.WriteLocation(entry[76..], record.Length, parts.Add(record));
        return list;
    }
}
