using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Socorro.Tests;

/// <summary>Which types a type's declaration and method bodies refer to, read from the compiled assembly.</summary>
static class TypeReferences
{
    const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value);

    public static IEnumerable<Type> Of(Type type) => Direct(type).OfType<Type>().SelectMany(Flatten).Distinct();

    static IEnumerable<Type?> Direct(Type type) =>
    [
        type.BaseType,
        .. type.GetInterfaces(),
        .. type.GetFields(Declared).Select(field => field.FieldType),
        .. type.GetConstructors(Declared).SelectMany(Direct),
        .. type.GetMethods(Declared).SelectMany(method => Direct(method).Append(method.ReturnType)),
    ];

    static IEnumerable<Type?> Direct(MethodBase method)
    {
        var parameters = method.GetParameters().Select(parameter => parameter.ParameterType);
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } code)
            return parameters;

        return [.. parameters, .. body.LocalVariables.Select(local => local.LocalType), .. Members(method, code)];
    }

    static List<Type?> Members(MethodBase method, byte[] code)
    {
        var found = new List<Type?>();
        for (var i = 0; i < code.Length;)
        {
            var value = code[i] == 0xfe ? (short)(0xfe00 | code[++i]) : code[i];
            i++;
            var opCode = OpCodesByValue[value];
            if (opCode.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType
                or OperandType.InlineTok)
            {
                found.AddRange(Resolve(method, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i))));
            }

            i += OperandSize(opCode, code.AsSpan(i));
        }

        return found;
    }

    static IEnumerable<Type?> Resolve(MethodBase method, int token)
    {
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return method.Module.ResolveMember(token, typeArguments, methodArguments) switch
        {
            Type type => [type],
            MethodInfo { IsGenericMethod: true } called => [called.DeclaringType, .. called.GetGenericArguments()],
            { } member => [member.DeclaringType],
            null => [],
        };
    }

    static int OperandSize(OpCode code, ReadOnlySpan<byte> operand) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(operand)),
        _ => 4,
    };

    static IEnumerable<Type> Flatten(Type type) => type switch
    {
        { HasElementType: true } => Flatten(type.GetElementType()!),
        { IsGenericType: true } => [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Flatten)],
        _ => [type],
    };
}
