using System.Collections;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>Random calls of every command and query of a replicated class, where its user gives no load of their own: small values, few keys, so that calls meet.</summary>
internal sealed class RandomCalls
{
    private static readonly string[] Words = ["a", "b", "c", "d", "e", "f", "g", "h"];

    private readonly CapturingConnection _connection = new();
    private readonly object _client;
    private readonly MethodInfo[] _methods;

    private RandomCalls(Type client, object instance, CapturingConnection connection)
    {
        (_client, _connection) = (instance, connection);
        _methods = [.. client.GetMethods()
            .Where(static method => method.Name.EndsWith("Async", StringComparison.Ordinal) && IsAwaited(method.ReturnType) && method.GetParameters() is [.., var last] && last.ParameterType == typeof(CancellationToken))
            .Where(static method => !method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(Read)))
            .OrderBy(static method => method.ToString(), StringComparer.Ordinal)];
        if (_methods.Length == 0) throw new InvalidOperationException($"{client} has no command and no query that can be called at random; give the simulation a load");
    }

    internal static RandomCalls Of<T>()
        where T : class, IReplicated<T>
    {
        var connection = new CapturingConnection();
        (Type type, object client) = Client<T>(connection);
        return new RandomCalls(type, client, connection);
    }

    /// <summary>The generated client of a class, calling through a connection.</summary>
    internal static (Type Type, object Client) Client<T>(ZabConnection connection)
        where T : class, IReplicated<T>
    {
        var services = new ServiceCollection();
        T.AddClient(services);
        ServiceDescriptor descriptor = services.Single();
        return (descriptor.ServiceType, descriptor.ImplementationFactory!(new OneService(connection)));
    }

    private static bool IsAwaited(Type type) => type == typeof(ValueTask) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    internal Invocation Next(DeterministicRandom random)
    {
        MethodInfo method = _methods[random.Next(_methods.Length)];
        object?[] arguments = [.. method.GetParameters().Select(parameter => parameter.ParameterType == typeof(CancellationToken) ? CancellationToken.None : Value(parameter.ParameterType, random, depth: 0))];
        method.Invoke(_client, arguments);
        return _connection.Take();
    }

    private static object? Value(Type type, DeterministicRandom random, int depth)
    {
        if (type == typeof(string)) return Words[random.Next(Words.Length)];
        if (type == typeof(bool)) return random.Next(2) == 0;
        if (type == typeof(byte[])) return Bytes(random);
        if (type == typeof(TimeSpan)) return TimeSpan.FromSeconds(random.Next(1, 60));
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2026, 1, 1, 0, 0, random.Next(60), TimeSpan.Zero);
        if (type == typeof(DateTime)) return new DateTime(2026, 1, 1, 0, 0, random.Next(60), DateTimeKind.Utc);
        if (type == typeof(Guid)) return new Guid(random.Next(8), 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
        if (type.IsEnum) return Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length));
        if (Nullable.GetUnderlyingType(type) is { } inner) return random.Next(3) == 0 ? null : Value(inner, random, depth);
        if (type.IsPrimitive || type == typeof(decimal)) return Convert.ChangeType(random.Next(1, 8), type, System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsArray) return Array(type.GetElementType()!, random, depth);
        if (typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType && type.GetGenericArguments() is [var element] && type.IsAssignableFrom(typeof(List<>).MakeGenericType(element)))
            return Activator.CreateInstance(typeof(List<>).MakeGenericType(element), Array(element, random, depth));
        return Made(type, random, depth);
    }

    private static object? Made(Type type, DeterministicRandom random, int depth)
    {
        ConstructorInfo? constructor = type.GetConstructors().OrderByDescending(static candidate => candidate.GetParameters().Length).FirstOrDefault();
        if (depth > 4 || (constructor is null && !type.IsValueType)) throw new InvalidOperationException($"no random {type} can be made; give the simulation a load that makes its own calls");
        if (constructor is null || (type.IsValueType && constructor.GetParameters().Length == 0)) return Activator.CreateInstance(type);
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Value(parameter.ParameterType, random, depth + 1))]);
    }

    private static Array Array(Type element, DeterministicRandom random, int depth)
    {
        var array = System.Array.CreateInstance(element, random.Next(4));
        for (int i = 0; i < array.Length; i++) array.SetValue(Value(element, random, depth + 1), i);
        return array;
    }

    private static byte[] Bytes(DeterministicRandom random)
    {
        byte[] bytes = new byte[random.Next(40) == 0 ? 2000 : 1 + random.Next(3)];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)('0' + random.Next(10));
        return bytes;
    }

    private sealed class OneService(ZabConnection connection) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ZabConnection) ? connection : null;
    }
}
