namespace Socorro.Minidumps.Tests.Images;

/// <summary>A dump of one thread, stopped in a module or elsewhere, with its stack and whatever else a test puts there.</summary>
sealed class ModuleDump(ushort architecture = 9, uint platform = 3)
{
    public const ulong Base = 0x7ff600000000;
    public const ulong Stack = 0x7ffd0000;

    readonly SyntheticDump _dump = new();
    readonly List<(ulong Address, byte[] Bytes)> _memory = [];

    public required ulong Pc { get; init; }

    /// <summary>Words from the stack pointer upward.</summary>
    public required ulong[] Words { get; init; }

    public string Name { get; init; } = @"C:\app\some.dll";

    public byte[] CodeView { get; init; } = [];

    /// <summary>Base, size, time stamp and name of a module that is there no more.</summary>
    public (ulong Base, uint Size, uint TimeDateStamp, string Name)? Unloaded { get; init; }

    public ModuleDump With(ulong address, byte[] bytes)
    {
        _memory.Add((address, bytes));
        return this;
    }

    public ModuleDump With(uint type, Layout stream)
    {
        _dump.Stream(type, stream);
        return this;
    }

    public Layout New() => _dump.Layout();

    public Minidump Open()
    {
        var stack = New();
        foreach (var word in Words)
            stack.U64(word);
        _dump.System(architecture, platform);
        var context = _dump.Add(New().Zeros(1232).Put(48, 0x100003, 4).Put(152, Stack, 8).Put(248, Pc, 8));
        var bytes = _dump.Add(stack);
        _dump.Stream(3, New().U32(1).U32(7).Zeros(12).U64(0).U64(Stack).U32((uint)stack.Length).U32(bytes).U32(1232).U32(context));

        var name = _dump.AddString(Name);
        var record = _dump.Add(CodeView);
        _dump.Stream(4, New().U32(1).U64(Base).U32(TestImage.FileSize).U32(0).U32(TestImage.TimeDateStamp).U32(name).Zeros(52)
            .U32((uint)CodeView.Length).U32(record).Zeros(24));
        if (Unloaded is { } gone)
        {
            var goneName = _dump.AddString(gone.Name);
            _dump.Stream(14, New().U32(12).U32(24).U32(1).U64(gone.Base).U32(gone.Size).U32(0).U32(gone.TimeDateStamp).U32(goneName));
        }

        var list = New().U32((uint)_memory.Count);
        foreach (var (address, content) in _memory)
        {
            var at = _dump.Add(content);
            list.U64(address).U32((uint)content.Length).U32(at);
        }

        return _dump.Stream(5, list).Open();
    }
}
