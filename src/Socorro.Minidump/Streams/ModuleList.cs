using System.Collections;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Streams;

/// <summary>The modules in the dump's order, and which of them an address is in.</summary>
public sealed class ModuleList : IReadOnlyList<Module>
{
    readonly Module[] _modules;
    readonly AddressIndex _index;

    internal ModuleList(Module[] modules, LinuxAuxiliaryVector auxiliary)
    {
        _modules = modules;
        _index = AddressIndex.Build(Array.ConvertAll(modules, ToRange));
        Main = FindMain(auxiliary);
    }

    /// <summary>How many modules there are.</summary>
    public int Count => _modules.Length;

    /// <summary>The module at a place in the dump's list.</summary>
    public Module this[int index] => _modules[index];

    /// <summary>The program itself, as against its libraries; null only when there are no modules.</summary>
    public Module? Main { get; }

    internal AddressIndex Index => _index;

    /// <summary>
    /// The module that an address is in. Where modules overlap, it is the one that begins nearest below the address; of
    /// two with the same base, the one that has an identity.
    /// </summary>
    public Module? Find(ulong address) => _index.Find(address) is >= 0 and var index ? _modules[index] : null;

    /// <summary>The modules in the dump's order.</summary>
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)_modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Firefox on arm64 Linux writes some libraries twice, the first time without their build id.
    static AddressIndex.Range ToRange(Module module) =>
        new(module.Base, module.End, module.DebugId is null ? 0 : 1);

    // Writers put the program first, but not all of them do so. The kernel tells a Linux program where it is itself; on
    // Windows a program is what is not called a library.
    Module? FindMain(LinuxAuxiliaryVector auxiliary)
    {
        if (auxiliary.ProgramAddress is { } address && Find(address) is { } program)
            return program;
        if (_modules is [{ Os: OsKind.Windows } first, ..] && !IsExecutable(first))
            return _modules.FirstOrDefault(IsExecutable) ?? first;

        return _modules is [var only, ..] ? only : null;
    }

    static bool IsExecutable(Module module) => module.Name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase);
}
