using System.Buffers;
using System.Globalization;
using System.Text;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Microdumps;

/// <summary>
/// Reads the lines of a microdump, each a letter and its fields (Breakpad's client/linux/microdump_writer). Numbers are
/// hexadecimal. What is wrong with a line costs that line.
/// </summary>
sealed class MicrodumpReader(Limits limits)
{
    const string Where = "The microdump";

    /// <summary>A text with more lines that make no sense is none from there on.</summary>
    const int MostUnreadable = 1000;

    readonly List<Module> _modules = [];
    readonly List<(ulong Address, ArrayBufferWriter<byte> Bytes)> _stack = [];
    readonly ProblemLog _problems = new();
    Microdump _facts = new();
    SystemInfo? _system;
    (uint Code, ulong Address)? _signal;
    byte[] _context = [];
    (ulong Pointer, ulong Base, ulong Size) _stackPlace;
    int _unreadable;

    public MicrodumpContent Read(MicrodumpText text)
    {
        _facts = new() { ProcessId = text.Mark.ProcessId, ThreadId = text.Mark.ThreadId };
        if (!text.IsWhole)
            _problems.Add(Where, "has no end");

        var rest = text;
        while (_unreadable < MostUnreadable && rest.TryTake(out var line, out rest) && !line.StartsWith("-----END"u8))
            ReadLine(line);

        return new()
        {
            Facts = _facts,
            System = _system,
            Signal = _signal,
            Context = _context,
            StackBase = _stackPlace.Base,
            Stack = [.. _stack.Select(region => new MemoryRegion(region.Address, region.Bytes.WrittenMemory))],
            Modules = [.. _modules],
            Problems = _problems,
        };
    }

    void ReadLine(ReadOnlySpan<byte> line)
    {
        var fields = new LineFields(line.Length < 2 ? default : line[2..]);
        var isRead = line switch
        {
            [(byte)'O', (byte)' ', ..] => ReadSystem(fields),
            [(byte)'R', (byte)' ', ..] => ReadReason(fields),
            [(byte)'G', ..] => ReadGpu(fields),
            [(byte)'V', (byte)' ', ..] => ReadProduct(fields),
            [(byte)'P', (byte)' ', ..] => ReadProcessType(fields),
            [(byte)'H', (byte)' ', ..] => ReadFreeSpace(fields),
            [(byte)'S', (byte)' ', ..] => ReadStack(fields),
            [(byte)'C', (byte)' ', ..] => fields.TryTakeBytes(out _context),
            [(byte)'M', (byte)' ', ..] => ReadModule(fields),
            _ => false,
        };
        if (isRead || line.IsEmpty)
            return;

        _problems.Add(Where, $"has a line that can't be read: {Problem.Quote(Text(line))}");
        _unreadable++;
    }

    // "A arm 02 armv7l" and the version of the system to the line's end.
    bool ReadSystem(LineFields fields)
    {
        var system = fields.TakeWord();
        var architecture = Text(fields.TakeWord());
        if (!fields.TryTakeNumber(out var processors))
            return false;

        var machine = Text(fields.TakeWord());
        _system = new()
        {
            ProcessorArchitecture = architecture switch
            {
                "x86" => 0,
                "mips" => 1,
                "arm" => 5,
                "x86_64" or "amd64" => 9,
                "arm64" => 12,
                "mips64" => 0x8004,
                "riscv32" or "riscv" => 0x8005,
                "riscv64" => 0x8006,
                _ => ushort.MaxValue,
            },
            ProcessorLevel = 0,
            ProcessorRevision = 0,
            ProcessorCount = (byte)Math.Min(processors, byte.MaxValue),
            ProductType = 0,
            MajorVersion = 0,
            MinorVersion = 0,
            BuildNumber = 0,
            PlatformId = system switch { [(byte)'A'] => 0x8203, [(byte)'L'] => 0x8201, _ => 0 },
            ServicePack = "",
            VersionText = Text(fields.Rest),
            Machine = machine,
            SuiteMask = 0,
            Identity = new("", 0, 0, 0),
        };
        if (_system.Cpu == Cpu.CpuKind.Unknown)
            _problems.Add(Where, $"is of the unknown processor {Problem.Quote(architecture)}");
        return true;
    }

    bool ReadReason(LineFields fields)
    {
        if (!fields.TryTakeNumber(out var signal))
            return false;

        var name = Text(fields.TakeWord());
        if (!fields.TryTakeNumber(out var address))
            return false;

        _facts = _facts with { Signal = name };
        _signal = ((uint)signal, address);
        return true;
    }

    bool ReadGpu(LineFields fields)
    {
        var parts = Text(fields.Rest).Split('|');
        _facts = _facts with
        {
            Gpu = parts is [var version, var vendor, var renderer] ? new(version, vendor, renderer) : new("", "", ""),
        };
        return true;
    }

    bool ReadProduct(LineFields fields)
    {
        const string unknown = "UNKNOWN:0.0.0.0";
        var text = Text(fields.Rest);
        if (text == unknown)
            return true;

        var colon = text.LastIndexOf(':');
        _facts = _facts with
        {
            Product = colon < 0 ? text : text[..colon],
            ProductVersion = colon < 0 ? null : text[(colon + 1)..],
        };
        return true;
    }

    bool ReadProcessType(LineFields fields)
    {
        _facts = _facts with { ProcessType = Text(fields.Rest) };
        return true;
    }

    bool ReadFreeSpace(LineFields fields)
    {
        if (!fields.TryTakeNumber(out var lowest) || !fields.TryTakeNumber(out var highest)
            || !fields.TryTakeNumber(out var count) || !fields.TryTakeNumber(out var largest)
            || !fields.TryTakeNumber(out var total))
        {
            return false;
        }

        _facts = _facts with { FreeSpace = new(lowest, highest, (uint)count, largest, total) };
        return true;
    }

    // First "0 pointer base size", then slices "address bytes". Where one is missing a gap is left.
    bool ReadStack(LineFields fields)
    {
        if (!fields.TryTakeNumber(out var address))
            return false;
        if (address == 0 && fields.TryTakeNumber(out var pointer))
        {
            _stackPlace.Pointer = pointer;
            return fields.TryTakeNumber(out _stackPlace.Base) && fields.TryTakeNumber(out _stackPlace.Size);
        }

        if (!fields.TryTakeBytes(out var bytes) || address + (ulong)bytes.Length < address)
            return false;

        if (_stack is [.., var last] && last.Address + (ulong)last.Bytes.WrittenCount == address)
        {
            last.Bytes.Write(bytes);
            return true;
        }

        if (_stack.Count == limits.MaxMemoryRegions)
            return false;
        _stack.Add((address, new(bytes.Length)));
        _stack[^1].Bytes.Write(bytes);
        return true;
    }

    // "base offset size debug-id file". The offset is that of the mapping in its file.
    bool ReadModule(LineFields fields)
    {
        if (!fields.TryTakeNumber(out var address) || !fields.TryTakeNumber(out _) || !fields.TryTakeNumber(out var size))
            return false;

        var id = fields.TakeWord();
        if (size is 0 or > uint.MaxValue || address + size < address || _modules.Count == limits.MaxModules)
            return false;

        _modules.Add(new()
        {
            Index = _modules.Count,
            Base = address,
            Size = (uint)size,
            Checksum = 0,
            TimeDateStamp = 0,
            Name = Text(fields.Rest),
            Version = default,
            CodeView = CodeView.OfDebugId(id),
            Os = _system?.Os ?? OsKind.Android,
        });
        return true;
    }

    string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, limits.MaxStringLength)]);

    /// <summary>The fields of a line, taken from the left.</summary>
    ref struct LineFields(ReadOnlySpan<byte> line)
    {
        public ReadOnlySpan<byte> Rest { get; private set; } = line.Trim((byte)' ');

        public ReadOnlySpan<byte> TakeWord()
        {
            var end = Rest.IndexOf((byte)' ');
            var word = end < 0 ? Rest : Rest[..end];
            Rest = end < 0 ? default : Rest[end..].TrimStart((byte)' ');
            return word;
        }

        public bool TryTakeNumber(out ulong number) =>
            ulong.TryParse(TakeWord(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);

        public bool TryTakeBytes(out byte[] bytes)
        {
            var digits = TakeWord();
            bytes = new byte[digits.Length / 2];
            var status = Convert.FromHexString(digits, bytes, out _, out var written);
            if (status != OperationStatus.Done)
                bytes = bytes[..written];
            return written > 0;
        }
    }
}
