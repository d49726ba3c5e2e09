using System.Reflection;
using System.Reflection.Emit;
using Socorro.Plugins;

namespace Socorro.Tests.Processing.Plugins;

/// <summary>An assembly with types that are not fit to be rules, each in its own way.</summary>
static class ForgedAssembly
{
    public static void Write(string file)
    {
        var assembly = new PersistedAssemblyBuilder(
            new(Path.GetFileNameWithoutExtension(file)) { Version = new(1, 2, 3, 4) }, typeof(object).Assembly);
        var module = assembly.DefineDynamicModule("forged");
        module.DefineType("Forged.NoRule", TypeAttributes.Public).CreateType();
        Define(module, "Hidden", TypeAttributes.NotPublic);
        Define(module, "Unfinished", TypeAttributes.Public | TypeAttributes.Abstract);
        Define(module, "Choosy", constructor: [typeof(string)]);
        Define(module, "Angry", constructorThrows: true);
        Define(module, "Nameless", name: "");
        Define(module, "Mute", name: null);
        assembly.Save(file);
    }

    static void Define(
        ModuleBuilder module,
        string type,
        TypeAttributes attributes = TypeAttributes.Public,
        Type[]? constructor = null,
        bool constructorThrows = false,
        string? name = "Forged")
    {
        var builder = module.DefineType($"Forged.{type}", attributes, typeof(PluginRule));
        var made = builder.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, constructor ?? []);
        var code = made.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, typeof(PluginRule).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [])!);
        End(code, constructorThrows ? null : OpCodes.Ret);
        foreach (var method in typeof(PluginRule).GetMethods().Where(method => method.IsAbstract))
        {
            code = builder.DefineMethod(
                method.Name,
                MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig | MethodAttributes.SpecialName,
                method.ReturnType,
                [.. method.GetParameters().Select(parameter => parameter.ParameterType)]).GetILGenerator();
            if (method.ReturnType == typeof(string) && name is not null)
                code.Emit(OpCodes.Ldstr, name);
            End(code, method.ReturnType == typeof(string) && name is not null ? OpCodes.Ret : null);
        }

        builder.CreateType();
    }

    /// <summary>Ends with an instruction, or by throwing.</summary>
    static void End(ILGenerator code, OpCode? last)
    {
        if (last is null)
            code.Emit(OpCodes.Ldnull);
        code.Emit(last ?? OpCodes.Throw);
    }
}
