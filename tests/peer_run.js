// Runs what cnn-export made in the program that it is for: a layers model in TensorFlow.js, the package in the folder TFJS; an
// ONNX file in npm's onnxruntime-node, the package in the folder ONNXRUNTIME.
//
//     TFJS=.../node_modules/@tensorflow/tfjs node peer_run.js MODEL.json INPUT.npy
//     ONNXRUNTIME=.../node_modules/onnxruntime-node node peer_run.js MODEL.onnx INPUT.npy
//
// Prints the classes of the layers, or the names of inputs and outputs; then the output for each sample, a line each. Bytes are
// values of 0..1 times 255.
'use strict';
const fs = require('fs');
const path = require('path');

function readNpy(file) {
	const data = fs.readFileSync(file);
	const start = 10 + data.readUInt16LE(8);
	const header = data.toString('latin1', 10, start);
	const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter((side) => side.trim()).map(Number);
	const raw = data.subarray(start);
	const isBytes = header.includes('|u1');
	const count = shape.reduce((a, b) => a * b, 1);
	return [shape, Float32Array.from({length: count}, (_, i) => isBytes ? raw[i] / 255 : raw.readFloatLE(4 * i))];
}

// The files as a browser would fetch them.
function filesOf(tf, file) {
	const json = JSON.parse(fs.readFileSync(file, 'utf8'));
	const read = (name) => fs.readFileSync(path.join(path.dirname(file), name));
	return {load: () => tf.io.getModelArtifactsForJSON(json, (manifest) => {
		const data = Buffer.concat(manifest.flatMap((group) => group.paths.map(read)));
		const specs = manifest.flatMap((group) => group.weights);
		return [specs, data.buffer.slice(data.byteOffset, data.byteOffset + data.length)];
	})};
}

async function runTensorflow(file, shape, values) {
	const tf = require(process.env.TFJS);
	await tf.setBackend('cpu');
	const model = await tf.loadLayersModel(filesOf(tf, file));
	console.log(model.layers.map((layer) => layer.getClassName()).join(' '));
	return model.predict(tf.tensor(values, shape)).data();
}

async function runOnnx(file, shape, values) {
	const runtime = require(process.env.ONNXRUNTIME);
	const session = await runtime.InferenceSession.create(file);
	console.log(session.inputNames.join(' '), session.outputNames.join(' '));
	const results = await session.run({[session.inputNames[0]]: new runtime.Tensor('float32', values, shape)});
	return results[session.outputNames[0]].data;
}

async function main(file, input) {
	const [shape, values] = readNpy(input);
	const outputs = await (file.endsWith('.onnx') ? runOnnx : runTensorflow)(file, shape, values);
	const classes = outputs.length / shape[0];
	for (let i = 0; i < shape[0]; i++)
		console.log(outputs.slice(i * classes, (i + 1) * classes).join(' '));
}
main(...process.argv.slice(2)).catch((error) => { console.error(String(error)); process.exit(1); });
