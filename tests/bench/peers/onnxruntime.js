// Forward of an ONNX model by onnxruntime: onnxruntime.js FOLDER MODEL; lines as ../engine.c prints.
const [folder, model] = process.argv.slice(2)
const { InferenceSession, Tensor } = require(require('path').resolve(folder))

async function rate(session, batch) {
	const shape = [batch, ...session.inputMetadata[0].shape.slice(1)]
	const values = Float32Array.from({ length: shape.reduce((count, side) => count * side) }, Math.random)
	const feeds = { images: new Tensor('float32', values, shape) }
	await session.run(feeds)
	const start = performance.now()
	let calls = 0, taken
	do {
		await session.run(feeds)
		calls++
		taken = (performance.now() - start) / 1000
	} while (taken < process.env.SPAN)
	return batch * calls / taken
}

async function main() {
	for (const threads of [1, 2]) {
		const session = await InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1 })
		for (const batch of [16, 1])
			console.log(`forward, batch ${batch}, threads ${threads}\timages/s\t${(await rate(session, batch)).toFixed(2)}`)
	}
}

main()
