using System.Buffers.Binary;
using System.Text;

namespace Socorro.Benchmarks;

/// <summary>
/// Makes a symbol file and a Linux dump for 64-bit x86 whose stacks run through its functions, and tells the true frames.
/// The same numbers make the same bytes.
/// </summary>
sealed class StackGenerator(int functions, int threads, int depth)
{
    public const string Module = "generated.so";
    public const string DebugId = "00112233445566778899AABBCCDDEEFF0";

    const ulong ModuleBase = 0x7f00_0000_0000;
    const ulong StackBase = 0x7ff0_0000_0000;
    const ulong StackStride = 0x1000_0000;
    const uint FirstFunction = 0x1000;
    const uint FunctionSize = 0x100;
    const uint CallOffset = 0x40;

    readonly Random _random = new(functions);

    /// <summary>The functions on each thread's stack, the innermost first.</summary>
    public int[][] Truth { get; } = new int[threads][];

    public static string NameOf(int function) =>
        $"generated::deeply::nested<std::vector<int, std::allocator<int> >, {function}>::method(int, char const*)";

    public byte[] MakeSymbols()
    {
        var text = new StringBuilder($"MODULE Linux x86_64 {DebugId} {Module}\n");
        for (var i = 0; i < 100; i++)
            text.Append($"FILE {i} /build/generated/source/directory/number{i}/file{i}.cpp\n");
        for (var i = 0; i < functions; i++)
        {
            var start = StartOf(i);
            text.Append($"FUNC {start:x} {FunctionSize:x} 0 {NameOf(i)}\n");
            for (var line = 0u; line < FunctionSize / 16; line++)
                text.Append($"{start + 16 * line:x} 10 {100 + i % 5000 + line} {i % 100}\n");
        }

        for (var i = 0; i < functions; i++)
        {
            var start = StartOf(i);
            text.Append($"STACK CFI INIT {start:x} {FunctionSize:x} .cfa: $rsp 8 + .ra: .cfa -8 + ^\n");
            text.Append($"STACK CFI {start + 1:x} $rbx: .cfa -16 + ^ .cfa: $rsp {FrameSize(i)} +\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    public byte[] MakeDump()
    {
        const int directory = 32 + 12 * 4;
        var body = new MemoryStream();
        var streams = new List<(uint Type, uint Rva, uint Size)>();
        body.SetLength(directory);
        AddStream(7, MakeSystemInfo());
        var name = (uint)body.Position;
        body.Write(MakeString(Module));
        var codeView = (uint)body.Position;
        body.Write([0x52, 0x53, 0x44, 0x53, .. new Guid("00112233-4455-6677-8899-AABBCCDDEEFF").ToByteArray(), 0, 0, 0, 0]);
        body.Write(Encoding.ASCII.GetBytes(Module + "\0"));
        AddStream(4, MakeModule(name, codeView, (uint)(body.Position - codeView)));

        var entries = Enumerable.Range(0, threads).Select(i => AddThread(body, i)).ToList();
        AddStream(3, [.. BitConverter.GetBytes(threads), .. entries.SelectMany(entry => entry)]);
        AddStream(6, MakeException());

        body.Position = 0;
        body.Write([0x4d, 0x44, 0x4d, 0x50, 0x93, 0xa7, 0, 0, (byte)streams.Count, 0, 0, 0, 32, 0, 0, 0, .. new byte[16]]);
        foreach (var (type, rva, size) in streams)
            body.Write([.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(size), .. BitConverter.GetBytes(rva)]);
        return body.ToArray();

        void AddStream(uint type, byte[] bytes)
        {
            body.Position = body.Length;
            streams.Add((type, (uint)body.Position, (uint)bytes.Length));
            body.Write(bytes);
        }
    }

    static uint StartOf(int function) => FirstFunction + FunctionSize * (uint)function;

    static int FrameSize(int function) => 32 + 16 * (function % 7);

    byte[] AddThread(MemoryStream body, int thread)
    {
        Truth[thread] = [.. Enumerable.Range(0, depth).Select(_ => _random.Next(functions))];
        var stack = new byte[Truth[thread].Sum(FrameSize) + 64];
        var cfa = 0;
        for (var i = 0; i < depth; i++)
        {
            cfa += FrameSize(Truth[thread][i]);
            if (i + 1 < depth)
                BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(cfa - 8), PcOf(Truth[thread][i + 1]));
        }

        var stackRva = (uint)body.Position;
        body.Write(stack);
        var contextRva = (uint)body.Position;
        var stackStart = StackBase + StackStride * (ulong)thread;
        body.Write(MakeContext(PcOf(Truth[thread][0]), stackStart));

        var entry = new byte[48];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)thread + 1);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(24), stackStart);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(32), (uint)stack.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(36), stackRva);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40), 1232);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), contextRva);
        return entry;
    }

    static ulong PcOf(int function) => ModuleBase + StartOf(function) + CallOffset;

    static byte[] MakeContext(ulong pc, ulong sp)
    {
        var context = new byte[1232];
        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(48), 0x10000f);
        BinaryPrimitives.WriteUInt64LittleEndian(context.AsSpan(152), sp);
        BinaryPrimitives.WriteUInt64LittleEndian(context.AsSpan(248), pc);
        return context;
    }

    static byte[] MakeSystemInfo()
    {
        var info = new byte[56];
        info[0] = 9;
        info[6] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(20), 0x8201);
        return info;
    }

    byte[] MakeModule(uint nameRva, uint codeViewRva, uint codeViewSize)
    {
        var module = new byte[4 + 108];
        module[0] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(module.AsSpan(4), ModuleBase);
        BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan(12), StartOf(functions) + 0x1000);
        BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan(24), nameRva);
        BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan(4 + 76), codeViewSize);
        BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan(4 + 80), codeViewRva);
        return module;
    }

    static byte[] MakeException()
    {
        var exception = new byte[168];
        exception[0] = 1;
        exception[8] = 11;
        return exception;
    }

    static byte[] MakeString(string text) =>
        [.. BitConverter.GetBytes(2 * text.Length), .. Encoding.Unicode.GetBytes(text), 0, 0];
}
