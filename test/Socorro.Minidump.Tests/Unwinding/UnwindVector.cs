using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>A stack of the conformance data: memory, modules with their symbols, registers, and the frames to be found.</summary>
sealed class UnwindVector(string file, JsonNode json)
{
    public string Name => $"{file}/{json["test"]}";

    public CpuTraits Cpu { get; } = GetCpu((string)json["cpu"]!);

    public IReadOnlyList<JsonNode> Frames => [.. json["frames"]!.AsArray().Select(frame => frame!)];

    public static IEnumerable<UnwindVector> ReadAll()
    {
        foreach (var path in Directory.GetFiles(SharedData.Path("cases", "stackwalk", "unwind"), "*.json").Order())
        {
            var file = Path.GetFileNameWithoutExtension(path);
            foreach (var test in JsonNode.Parse(File.ReadAllText(path))!.AsArray())
                yield return new(file, test!);
        }
    }

    public CallStack Walk() => new ThreadWalker(CreateContext()).Walk(ReadRegisters(Frames[0]), int.MaxValue);

    /// <summary>The registers that a frame lists, by our names.</summary>
    public Registers ReadRegisters(JsonNode frame)
    {
        var registers = new Registers();
        foreach (var (name, value) in frame["registers"]!.AsObject())
        {
            var index = Cpu.FindRegister(Encoding.ASCII.GetBytes(name));
            Assert.True(index >= 0, $"{Name} has the unknown register {name}");
            registers.Set(index, Hex(value) & Cpu.AddressMask);
        }

        return registers;
    }

    public static ulong Hex(JsonNode? node) =>
        ulong.Parse(((string)node!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    WalkContext CreateContext()
    {
        var modules = json["modules"]!.AsArray().Select((module, i) => ReadModule(module!, i == 0)).ToArray();
        var ranges = Array.ConvertAll(modules, module => new AddressIndex.Range(module.Start, module.End, 0));
        var code = new CodeMap(modules, AddressIndex.Build(ranges));
        var os = GetOs((string)json["os"]!);
        return new()
        {
            Cpu = Cpu,
            Os = os,
            Memory = ReadMemory(),
            Code = code,
            PointerMask = Cpu.Kind == CpuKind.Arm64 ? WalkContext.GuessPointerMask(os, code.Highest) : ulong.MaxValue,
            Limits = Limits.Default with { MaxScannedFrames = (int?)json["max_frames_scanned"] ?? int.MaxValue },
        };
    }

    MemoryMap ReadMemory()
    {
        var bytes = Convert.FromHexString((string)json["stack"]!);
        return bytes.Length == 0
            ? MemoryMap.Build([], false)
            : MemoryMap.Build([new(Hex(json["stack_base"]), bytes)], false);
    }

    static CodeModule ReadModule(JsonNode module, bool isMain)
    {
        var start = Hex(module["base"]);
        return new((string)module["name"]!, start, start + Hex(module["size"]), isMain, Open);

        SymbolTable? Open() => (string?)module["symbols"] is { } text
            ? SymbolTable.Parse(Encoding.Latin1.GetBytes(text), out _)
            : null;
    }

    static CpuTraits GetCpu(string name) =>
        CpuTraits.Find(Enum.Parse<CpuKind>(name, ignoreCase: true)) ?? throw new ArgumentException(name);

    static OsKind GetOs(string name) => name switch
    {
        "Windows NT" => OsKind.Windows,
        "Linux" => OsKind.Linux,
        "iOS" or "iOS_test" => OsKind.Ios,
        _ => throw new ArgumentException(name),
    };
}
